using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Ddpm.Core;
using Ddpm.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>
/// One step of Algorithm 1: the gradient of the mean loss at random t and ε, its clipping, Adam's update and the moving averages. Owns the
/// optimiser and the averages.
/// </summary>
internal sealed class GradientStep : IDisposable
{
    private readonly TrainerSettings settings;
    private readonly Parameter[] parameters;
    private readonly Device device;
    private readonly ComputeParameters? compute;
    private readonly GradientAverager? averager;

    /// <summary>Makes the optimiser and the averages of a network; collective.</summary>
    /// <exception cref="DistributedException">The ranks have different options or networks.</exception>
    public GradientStep(TrainerSettings settings)
    {
        this.settings = settings;
        parameters = [.. settings.Network.parameters()];
        device = parameters[0].device;
        if (Communicator.WorldSize > 1)
        {
            Replicas.Synchronize(settings.Network, Communicator, settings.Description);
            averager = new GradientAverager(parameters, Communicator);
        }

        Optimizer = AdamOptimizer.Create(parameters, Options.Adam, Options.FusedUpdates);
        compute = Options.ComputeType is { } type ? new ComputeParameters(parameters, type) : null;
        Averages = [.. Options.Averages.Select(profile => new ExponentialMovingAverage(settings.Network, profile))];
    }

    public AdamOptimizer Optimizer { get; }

    public ImmutableArray<ExponentialMovingAverage> Averages { get; }

    private TrainingOptions Options => settings.Options;

    private ICommunicator Communicator => settings.Communicator;

    /// <summary>Makes a step on the mean gradient of some batches; collective.</summary>
    /// <param name="step">The step, counted from 0.</param>
    /// <param name="batches">The batches, or this rank's share of them, of one size.</param>
    public TrainingStep StepOn(long step, IReadOnlyList<TrainingBatch> batches)
    {
        using var scope = NewDisposeScope();
        RankShare share = RankShare.Of(batches, Communicator);
        settings.Network.train();

        // Gradients of the mean loss at random t and ε, batch after batch.
        int examples = share.BatchSize * batches.Count;
        TimestepDraw draw = settings.Timesteps.Draw(RandomPurpose.Timestep.Seed(Options.Seed), checked((int)step), examples);
        (double[] masses, double meanMass) = Masses(batches, share.IsMasked);
        var losses = ImmutableArray.CreateBuilder<double>(share.Size * batches.Count);
        var drawn = ImmutableArray.CreateBuilder<long>(share.Size * batches.Count);
        double loss = 0;
        ClearGradients();
        using IDisposable? accumulation = Accumulate();
        for (int part = 0; part < batches.Count; part++)
        {
            var micro = new MicroBatch(batches[part], share, draw, masses, meanMass, part, step);
            drawn.AddRange(micro.Draw.Timesteps);
            loss += (compute is null ? Backward(micro, losses) : compute.Run(() => Backward(micro, losses))) / batches.Count;
        }

        // The mean of all ranks.
        Tensor?[] gradients = compute is null ? [.. parameters.Select(parameter => parameter.grad)] : [.. compute.Gradients];
        if (averager is not null) loss = averager.Average(gradients, loss);
        Observe(draw, losses, share);

        // Clipping as torch's clip_grad_norm_: by (norm + 1e-6)/limit where the norm exceeds the limit.
        double norm = Optimizer.Norm(gradients);
        if (!double.IsFinite(norm))
        {
            throw new NonFiniteException(
                $"The gradient's norm became {norm} at training step {step} (loss {loss}; timesteps {string.Join(", ", drawn)}).");
        }

        double divisor = Options.GradientClip is { } limit ? Math.Max(1, (norm + 1e-6) / limit) : 1;

        // Update, and moving averages.
        double learningRate = settings.LearningRate.At(step);
        Optimizer.Step(gradients, divisor, learningRate);
        foreach (ExponentialMovingAverage average in Averages) average.Update(Options.FusedUpdates);
        return new TrainingStep(step, loss, norm, learningRate, drawn.MoveToImmutable(), losses.MoveToImmutable());
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        averager?.Dispose();
        compute?.Dispose();
        foreach (ExponentialMovingAverage average in Averages) average.Dispose();
    }

    // The loss of one batch, whose gradients are added to those of the batches before.
    private double Backward(MicroBatch micro, ImmutableArray<double>.Builder losses)
    {
        using var scope = NewDisposeScope();
        // A device takes what PrefetchedBatches has pinned while the host goes on; other memory it takes at once.
        Tensor x0 = micro.Batch.X0.to(device, non_blocking: true);
        Tensor eps = settings.Noise.Draw(new NoiseRequest
        {
            SampleIndices = micro.Places,
            Step = checked((int)micro.Step),
            Shape = x0.shape,
            ElementType = x0.dtype,
            Device = device,
        });
        SeedStochasticLayers(micro);
        Tensor? mask = micro.Batch.Mask?.to(device, non_blocking: true);
        Tensor each = settings.Objective.Loss(Model(micro), x0, micro.Draw.Timesteps.ToArray(), eps, mask);
        Tensor loss = (each * tensor(micro.Weights, each.dtype, each.device)).mean();
        double value = loss.to(float64).item<double>();
        if (!double.IsFinite(value))
        {
            throw new NonFiniteException(
                $"The loss became {value} at training step {micro.Step}; timesteps {string.Join(", ", micro.Draw.Timesteps)}.");
        }

        losses.AddRange(each.detach().to(float64, CPU).data<double>().ToArray());
        Backward(micro.Parts == 1 ? loss : loss.Over(micro.Parts));
        return value;
    }

    // What fails in the backward pass of a network's kernels cannot pass through libtorch, which says no more than that it failed.
    private void Backward(Tensor loss)
    {
        try
        {
            loss.backward();
        }
        catch (ExternalException) when (settings.Network is DescribedNetwork { BackwardFailure: { } failure })
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    // The model for one batch: conditioned on its classes, computing in the type asked for.
    private IEpsilonModel Model(MicroBatch micro)
    {
        IEpsilonModel model = settings.Model;
        if (model is IConditionalEpsilonModel conditional && (conditional.ClassCount > 0 || conditional.Conditions.Count > 0))
        {
            model = new ConditionedModel(conditional, new BatchConditions(Labels(micro, conditional), Conditions(micro, conditional)));
        }

        return Options.ComputeType is { } type ? new ComputeModel(model, type) : model;
    }

    // The classes, of which some are withheld; null where the network knows none.
    private Tensor? Labels(MicroBatch micro, IConditionalEpsilonModel model)
    {
        if (model.ClassCount == 0) return null;
        if (micro.Batch.Labels is null)
        {
            throw new ArgumentException(
                $"The network knows {model.ClassCount} classes, but the batch has no labels: " +
                $"give the data set labels, or make the network without {nameof(IConditionalEpsilonModel.ClassCount)}.");
        }

        double dropout = model.HasNullLabel ? Options.LabelDropout : 0;
        return tensor(micro.KeptLabels(Options.Seed, dropout, model.ClassCount), int64, device);
    }

    // The batch's tensors of the network's conditions, of which some rows are withheld.
    private Dictionary<string, Tensor> Conditions(MicroBatch micro, IConditionalEpsilonModel model)
    {
        var conditions = new Dictionary<string, Tensor>();
        foreach ((int place, NetworkCondition condition) in model.Conditions.Index())
        {
            if (!micro.Batch.Conditions.TryGetValue(condition.Name, out Tensor? given))
            {
                throw new ArgumentException(
                    $"The network has the condition \"{condition.Name}\", but the batch has no tensor of that name: give it by " +
                    $"{nameof(MappedBatches)}.");
            }

            Tensor values = given.to(device, non_blocking: true);
            float[]? kept = micro.KeptConditions(Options.Seed, Options.ConditionDropout.GetValueOrDefault(condition.Name), place);
            if (kept is not null)
            {
                long[] shape = [kept.Length, .. Enumerable.Repeat(1L, (int)values.dim() - 1)];
                values *= tensor(kept, values.dtype, device).reshape(shape);
            }

            conditions[condition.Name] = values;
        }

        return conditions;
    }

    // The objectives of this library differentiate a prediction once, as backward does; others may do it as they like.
    private IDisposable? Accumulate() => ReferenceEquals(settings.Model, settings.Network) && settings.Network is DescribedNetwork network
        && settings.Objective.GetType().Assembly == typeof(Objective).Assembly ? network.AccumulateGradients() : null;

    private void SeedStochasticLayers(MicroBatch micro)
    {
        if ((settings.Network as IStochasticModel ?? settings.Model as IStochasticModel) is not { } stochastic) return;
        long seed = micro.DropoutSeed(Options.Seed);
        if (Communicator.WorldSize == 1) stochastic.SeedStochasticLayers(seed);
        else stochastic.SeedStochasticLayers(seed, micro.Share.First, micro.Share.BatchSize);
    }

    // What the mask of each of this rank's examples weighs, and the mean over all ranks; empty where no batch has a mask.
    private (double[] Masses, double Mean) Masses(IReadOnlyList<TrainingBatch> batches, bool masked)
    {
        if (!masked) return ([], 1);
        using var scope = NewDisposeScope();
        double[] masses = [.. batches.SelectMany(Mass)];
        Tensor mean = tensor(masses.Average(), float64);
        Communicator.AverageInPlace(mean);
        double value = mean.item<double>();
        if (value > 0) return (masses, value);
        throw new ArgumentException("The mask must weigh at least one element of the step's batches, but is 0 everywhere.");
    }

    private static double[] Mass(TrainingBatch batch)
    {
        Tensor mask = (batch.Mask ?? ones([1], float64)).to(float64, CPU);
        return mask.expand(batch.X0.shape).reshape(batch.X0.size(0), -1).sum([1]).data<double>().ToArray();
    }

    // Samplers that learn from losses must learn the same on all ranks: from all losses, in the order of one process.
    private void Observe(TimestepDraw draw, ImmutableArray<double>.Builder losses, RankShare share)
    {
        if (settings.Timesteps is UniformTimesteps or StratifiedTimesteps) return;
        double[] own = [.. losses];
        if (Communicator.WorldSize == 1)
        {
            settings.Timesteps.Observe(draw, own);
            return;
        }

        double[][] all = Communicator.AllGather(own);
        int parts = draw.Timesteps.Length / share.BatchSize;
        IEnumerable<double> Part(int part) => all.SelectMany(rank => rank.Skip(part * share.Size).Take(share.Size));
        settings.Timesteps.Observe(draw, [.. Enumerable.Range(0, parts).SelectMany(Part)]);
    }

    private void ClearGradients()
    {
        if (compute is not null)
        {
            compute.Clear();
            return;
        }

        // Not zeroed: so long as a batch is under way, they would be memory for nothing.
        foreach (Parameter parameter in parameters) parameter.grad = null;
    }
}
