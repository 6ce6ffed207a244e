using Ddpm.Core;
using Ddpm.Models;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Benchmarks;

/// <summary>The layers of a network, each to be timed alone.</summary>
internal sealed class NetworkLayers(UNet network, long batch)
{
    /// <summary>All of them, those alike too, and what a sampler does between two predictions.</summary>
    public IEnumerable<NetworkLayer> All()
    {
        foreach ((string name, nn.Module module) in network.named_modules())
        {
            LayerPlace place = LayerPlace.Of(name, network.Options);
            switch (module)
            {
                case ConvolutionLayer convolution when !name.Contains("samplers", StringComparison.Ordinal):
                    yield return Convolution(convolution, place, isFirst: name == "conv_in");
                    break;
                case GroupNormLayer norm when !name.Contains("attentions", StringComparison.Ordinal):
                    yield return Norm(norm, place, addsTime: name.EndsWith("norm2", StringComparison.Ordinal));
                    break;
                case ResidualBlock block: yield return Sum(block, place); break;
                case Downsample down: yield return Downsampling(down, place); break;
                case Upsample up: yield return Upsampling(up, place); break;
                case AttentionBlock attention: yield return Attention(attention, place); break;
                case TimeEmbedding time: yield return Time(time); break;
            }
        }

        yield return Sampler();
    }

    private NetworkLayer Convolution(ConvolutionLayer layer, LayerPlace place, bool isFirst)
    {
        long[] weight = Weight(layer, "weight");
        int channels = (int)weight[1], joined = channels - place.SkipChannels;
        return new NetworkLayer(weight[2] == 3 ? NetworkLayer.Convolution3 : NetworkLayer.Convolution1, $"{weight[0]} {channels} {place}")
        {
            Plain = () =>
            {
                Tensor x = Features(channels, place);
                return () => layer.forward(x);
            },
            Planned = context =>
            {
                Tensor x = Features(joined, place, isFirst ? ScalarType.Float32 : context.Type);
                if (isFirst) return Applied(layer.Plan(context, place.Size, ScalarType.Float32), x);
                (PlannedConvolution first, PlannedConvolution? second) = layer.PlanSplit(context, place.Size, joined);
                if (second is null) return Applied(first, x);
                Tensor skip = Features(place.SkipChannels, place, context.Type);
                return () =>
                {
                    Tensor sum = first.Apply(x);
                    second.AddTo(sum, skip);
                    return sum;
                };
            },
        };
    }

    private NetworkLayer Norm(GroupNormLayer layer, LayerPlace place, bool addsTime)
    {
        int channels = (int)Weight(layer, "weight")[0], joined = channels - place.SkipChannels;
        return new NetworkLayer(NetworkLayer.Norm, $"{channels} {place} {addsTime}")
        {
            Plain = () =>
            {
                Tensor x = Features(joined, place), time = randn(batch, channels, 1, 1);
                Tensor? skip = place.SkipChannels > 0 ? Features(place.SkipChannels, place) : null;
                return () =>
                {
                    using var scope = NewDisposeScope();
                    Tensor all = skip is null ? x : cat([x, skip], 1);
                    if (addsTime) all = all + time;
                    return F.silu(layer.forward(all)).MoveToOuterDisposeScope();
                };
            },
            Planned = context =>
            {
                PlannedNorm norm = layer.Plan(context, silu: true);
                Tensor x = Features(joined, place, context.Type);
                Tensor? skip = place.SkipChannels > 0 ? Features(place.SkipChannels, place, context.Type) : null;
                return () => norm.Apply(x, skip);
            },
        };
    }

    // A plan adds the second convolution into the shortcut where there is one.
    private NetworkLayer Sum(ResidualBlock block, LayerPlace place)
    {
        int channels = (int)Weight(block, "conv2.weight")[0];
        bool hasShortcut = block.named_parameters().Any(pair => pair.name == "conv_shortcut.weight");
        return new NetworkLayer(NetworkLayer.Sums, $"{channels} {place} {hasShortcut}")
        {
            Plain = () =>
            {
                Tensor a = Features(channels, place), b = Features(channels, place);
                return () => a + b;
            },
            Planned = context =>
            {
                if (hasShortcut) return Nothing;
                Tensor a = Features(channels, place, context.Type), b = zeros_like(a);
                return () => a.add_(b).alias();
            },
        };
    }

    private NetworkLayer Downsampling(Downsample layer, LayerPlace place)
    {
        int channels = (int)Weight(layer, "conv.weight")[1];
        return new NetworkLayer(NetworkLayer.Convolution3, $"halving {channels} {place}")
        {
            Plain = () =>
            {
                Tensor x = Features(channels, place);
                return () => layer.forward(x);
            },
            Planned = context =>
            {
                PlannedDownsample planned = layer.Plan(context, place.Size);
                Tensor x = Features(channels, place, context.Type);
                return () => planned.Apply(x);
            },
        };
    }

    private NetworkLayer Upsampling(Upsample layer, LayerPlace place)
    {
        int channels = (int)Weight(layer, "conv.weight")[1];
        return new NetworkLayer(NetworkLayer.Upsampling, $"{channels} {place}")
        {
            Plain = () =>
            {
                Tensor x = Features(channels, place);
                return () => layer.forward(x);
            },
            Planned = context =>
            {
                PlannedUpsample planned = layer.Plan(context, place.Size);
                Tensor x = Features(channels, place, context.Type);
                return () => planned.Apply(x);
            },
        };
    }

    private NetworkLayer Attention(AttentionBlock block, LayerPlace place)
    {
        int channels = (int)Weight(block, "to_q.weight")[1];
        return new NetworkLayer(NetworkLayer.Attention, $"{channels} {place}")
        {
            Plain = () =>
            {
                Tensor x = Features(channels, place);
                return () => block.forward(x);
            },
            Planned = context =>
            {
                PlannedAttention planned = block.Plan(context);
                Tensor x = Features(channels, place, context.Type);
                return () => planned.Apply(x);
            },
        };
    }

    private NetworkLayer Time(TimeEmbedding embedding)
    {
        (Tensor Weight, Tensor Bias)[] projections =
        [
            .. network.named_modules().Where(pair => pair.name.EndsWith("time_emb_proj", StringComparison.Ordinal))
                .Select(pair => ((LinearLayer)pair.module).Trained),
        ];
        return new NetworkLayer(NetworkLayer.Time, "")
        {
            Plain = () =>
            {
                Tensor t = full(batch, 500L, int64);
                return () =>
                {
                    using var scope = NewDisposeScope();
                    Tensor active = F.silu(embedding.forward(t));
                    Tensor last = active;
                    foreach ((Tensor weight, Tensor bias) in projections) last = F.linear(active, weight, bias);
                    return last.MoveToOuterDisposeScope();
                };
            },
            // One matrix, float32 in every plan.
            Planned = _ =>
            {
                Tensor t = full(batch, 500L, int64);
                Tensor weights = cat([.. projections.Select(one => one.Weight)], 0);
                Tensor biases = cat([.. projections.Select(one => one.Bias)], 0);
                return () =>
                {
                    using var scope = NewDisposeScope();
                    return F.linear(F.silu(embedding.forward(t)), weights, biases).MoveToOuterDisposeScope();
                };
            },
        };
    }

    // A run of ten steps on a model without work; in every plan the same.
    private NetworkLayer Sampler()
    {
        const int steps = 10;
        UNetOptions options = network.Options;
        Func<Tensor> Run()
        {
            Tensor output = randn(batch, options.OutChannels, options.Height, options.Width);
            DiffusionSampler sampler = Samplers.Of("ddpm", new SameModel(output), steps);
            SamplingRequest request = Samplers.Request(options with { InChannels = options.OutChannels }, (int)batch);
            return () => sampler.Sample(request);
        }

        return new NetworkLayer(NetworkLayer.Sampler, "") { Calls = steps, Plain = Run, Planned = _ => Run() };
    }

    private static Func<Tensor> Nothing { get; } = () => empty(0);

    private static Func<Tensor> Applied(PlannedConvolution convolution, Tensor x) => () => convolution.Apply(x);

    private static long[] Weight(nn.Module module, string name) =>
        module.named_parameters().First(pair => pair.name == name).parameter.shape;

    private Tensor Features(int channels, LayerPlace place) => randn(batch, channels, place.Size.Height, place.Size.Width);

    // As features of a plan: channels last, in its type.
    private Tensor Features(int channels, LayerPlace place, ScalarType type) =>
        randn(batch, place.Size.Height, place.Size.Width, channels).to(type).permute(0, 3, 1, 2);
}
