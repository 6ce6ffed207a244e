using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// Gives a U-Net the weights of another one that was trained on other data: of another size, with other channels or classes. Everything is
/// computed and checked before a weight changes.
/// </summary>
internal static class UNetTransfer
{
    private const string First = "conv_in.weight", LastWeight = "conv_out.weight", LastBias = "conv_out.bias",
        Classes = "class_embedding.weight";

    /// <summary>Copies what fits.</summary>
    /// <exception cref="ArgumentException">The networks differ in more than data; nothing has changed.</exception>
    public static TransferReport Copy(UNet source, UNet target)
    {
        RequireSameKind(source.Options, target.Options);
        Dictionary<string, Tensor> from = source.state_dict(), to = target.state_dict();
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var copies = new List<(string Name, Tensor Values, string? How)>();
        foreach ((string name, Tensor weight) in to)
        {
            if (!from.TryGetValue(name, out Tensor? other)) continue;
            bool otherInput = name == First && !source.Options.Conditions.SequenceEqual(target.Options.Conditions);
            if (name == Classes) copies.AddRange(OfClasses(source.Options, target.Options, other, weight));
            else if (!otherInput && other.shape.AsSpan().SequenceEqual(weight.shape)) copies.Add((name, other, null));
            else copies.Add(Spread(name, other, weight, source.Options, target.Options));
        }

        foreach ((string name, Tensor values, _) in copies) to[name].copy_(values);
        HashSet<string> used = [.. copies.Select(copy => copy.Name)];
        return new TransferReport
        {
            Taken = [.. copies.Where(copy => copy.How is null).Select(copy => copy.Name)],
            Adapted = [.. copies.Where(copy => copy.How is not null).Select(copy => $"{copy.Name}: {copy.How}")],
            Kept = [.. to.Keys.Where(name => !used.Contains(name))],
            Unused = [.. from.Keys.Where(name => !used.Contains(name))],
            ParametersTaken = used.Sum(name => to[name].numel()),
            Parameters = to.Values.Sum(weight => weight.numel()),
        };
    }

    // Size, channels, classes, conditions and dropout belong to the data; the rest is the network.
    private static void RequireSameKind(UNetOptions source, UNetOptions target)
    {
        UNetOptions expected = source.WithData(target.Height, target.Width, target.InChannels, target.ClassCount, target.ClassNames) with
        {
            Dropout = target.Dropout,
            NullLabel = target.NullLabel,
            Conditions = target.Conditions,
        };
        if (expected == target) return;
        throw new ArgumentException(
            $"source must be a network of the same layers: {nameof(UNetOptions)}.{nameof(UNetOptions.WithData)} describes one for "
                + $"other data. They differ in {Difference(expected, target)}.",
            nameof(source));
    }

    private static string Difference(UNetOptions expected, UNetOptions actual)
    {
        (string Name, string Expected, string Actual)[] all =
        [
            Pair(nameof(expected.OutChannels), options => $"{options.OutChannels}"),
            Pair(nameof(expected.BaseChannels), options => $"{options.BaseChannels}"),
            Pair(nameof(expected.ChannelMultipliers), options => string.Join(",", options.ChannelMultipliers)),
            Pair(nameof(expected.BlocksPerLevel), options => $"{options.BlocksPerLevel}"),
            Pair(nameof(expected.AttentionResolutions), options => string.Join(",", options.AttentionResolutions)),
            Pair(nameof(expected.NormGroups), options => $"{options.NormGroups}"),
            Pair(nameof(expected.IsSignal), options => $"{options.IsSignal}"),
        ];
        (string name, string wanted, string there) = all.FirstOrDefault(pair => pair.Item2 != pair.Item3, ("its layers", "", ""));
        return wanted == there ? name : $"{name}: {wanted} fits the source, but the network has {there}";

        (string, string, string) Pair(string name, Func<UNetOptions, string> text) => (name, text(expected), text(actual));
    }

    // New channels begin as the mean of the old ones, so that a gray picture gives what it gave.
    private static (string, Tensor, string) Spread(string name, Tensor from, Tensor to, UNetOptions source, UNetOptions target)
    {
        string how = $"{source.InChannels} channel{(source.InChannels == 1 ? "" : "s")} spread over {target.InChannels}";
        if (name == First) return (name, FirstWeight(from, to, source, target), how);

        if (name is not (LastWeight or LastBias)) throw new InvalidOperationException($"{name} has another shape.");
        long[] rest = from.shape[1..];
        Tensor grouped = from.reshape([source.OutChannels / source.InChannels, source.InChannels, .. rest]);
        Tensor mean = grouped.mean([1], keepdim: true);
        return (name, mean.expand([mean.size(0), target.InChannels, .. rest]).reshape(to.shape), how);
    }

    // What reads x_t, then what reads conditions: taken where they are the same, else zero, so that the network begins as the source.
    private static Tensor FirstWeight(Tensor from, Tensor to, UNetOptions source, UNetOptions target)
    {
        Tensor x = from.narrow(1, 0, source.InChannels);
        long[] shape = [to.size(0), target.InChannels, .. to.shape[2..]];
        if (source.InChannels != target.InChannels) x = x.sum(1, keepdim: true).Over(target.InChannels).expand(shape);
        long given = to.size(1) - target.InChannels;
        if (given == 0) return x;
        Tensor rest = source.Conditions.SequenceEqual(target.Conditions)
            ? from.narrow(1, source.InChannels, given)
            : zeros([to.size(0), given, .. to.shape[2..]], to.dtype, to.device);
        return cat([x, rest], 1);
    }

    // Classes are known by their names, or by their numbers where there are as many; "no class" is the last row.
    private static IEnumerable<(string, Tensor, string?)> OfClasses(UNetOptions source, UNetOptions target, Tensor from, Tensor to)
    {
        int[] labels = [.. Enumerable.Range(0, target.ClassCount!.Value).Select(label => SourceLabel(source, target, label))];
        bool both = source.NullLabel && target.NullLabel;
        if (labels.All(label => label < 0) && !both) yield break;
        if (from.shape.AsSpan().SequenceEqual(to.shape) && both == target.NullLabel && labels.Index().All(pair => pair.Index == pair.Item))
        {
            yield return (Classes, from, null);
            yield break;
        }

        Tensor[] rows = [.. labels.Select((label, row) => label < 0 ? to[row] : from[label])];
        if (target.NullLabel) rows = [.. rows, both ? from[source.ClassCount!.Value] : to[labels.Length]];
        int taken = labels.Count(label => label >= 0);
        yield return (Classes, stack(rows), $"{taken} of {labels.Length} classes by name{(both ? ", and no class" : "")}");
    }

    private static int SourceLabel(UNetOptions source, UNetOptions target, int label)
    {
        if (source.ClassNames is { } names && target.ClassNames is { } wanted)
        {
            return names.Index().Where(pair => pair.Item == wanted[label]).Select(pair => pair.Index).DefaultIfEmpty(-1).First();
        }

        return source.ClassCount == target.ClassCount ? label : -1;
    }
}
