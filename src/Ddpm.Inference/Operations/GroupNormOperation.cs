namespace Ddpm.Inference;

/// <summary>Group normalisation (Wu and He 2018, arXiv:1803.08494), then a weight and a bias for each channel.</summary>
internal sealed class GroupNormOperation(string name, Feature x, int groups, double epsilon) : Operation(x)
{
    /// <summary>Gets the name of its weights, without <c>.weight</c> and <c>.bias</c>.</summary>
    public string Name => name;

    /// <summary>Gets how many groups share the channels.</summary>
    public int Groups => groups;

    /// <summary>Gets what is added to the variance.</summary>
    public double Epsilon => epsilon;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterShape> Parameters { get; } =
        [new($"{name}.weight", [x.Channels], ParameterStart.Ones), new($"{name}.bias", [x.Channels], ParameterStart.Zeros)];
}
