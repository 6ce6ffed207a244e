using Ddpm.Core;

namespace Ddpm.Hosting;

/// <summary>Describes a loaded model and the limits of requests, from which a page makes its form.</summary>
public sealed record ModelInformation
{
    /// <summary>Gets what people call the model.</summary>
    public required string Title { get; init; }

    /// <summary>Gets the channels: 1 for grey, 3 for RGB.</summary>
    public required int Channels { get; init; }

    /// <summary>Gets the height of a picture.</summary>
    public required int Height { get; init; }

    /// <summary>Gets the width of a picture.</summary>
    public required int Width { get; init; }

    /// <summary>Gets the number of weights; null where something else computes the network.</summary>
    public long? Parameters { get; init; }

    /// <summary>Gets T of the process.</summary>
    public required int Timesteps { get; init; }

    /// <summary>Gets the number of classes; 0 for none.</summary>
    public required int Classes { get; init; }

    /// <summary>Gets the names of the classes; null where they have numbers only.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>
    /// Gets the conditions, each of which a request gives: [C] for a vector, otherwise [C, H, W] in the size of the pictures.
    /// </summary>
    /// <value>Default: none.</value>
    public IReadOnlyList<NetworkCondition> Conditions { get; init; } = [];

    /// <summary>
    /// Gets whether a request may guide: away from a weaker model, to a class that the model can do without, or to its conditions.
    /// </summary>
    public required bool CanGuide { get; init; }

    /// <summary>
    /// Gets whether guidance leads away from a weaker model, so that it needs no class (<see cref="DdpmOptions.WeakFolder"/>).
    /// </summary>
    /// <value>Default: false.</value>
    public bool IsAutoguided { get; init; }

    /// <summary>Gets whether every request must name a class.</summary>
    /// <value>Default: false.</value>
    public bool NeedsClass { get; init; }

    /// <summary>Gets the most steps of a request.</summary>
    public required int MaxSteps { get; init; }

    /// <summary>Gets the most pictures of a request.</summary>
    public required int MaxCount { get; init; }

    /// <summary>Gets the largest height and width of a request; null for the model's own size only.</summary>
    public int? MaxSize { get; init; }

    /// <summary>Gets what heights and widths must be multiples of.</summary>
    public required int SizeMultiple { get; init; }

    /// <summary>Gets the samplers that the process allows, the default first.</summary>
    public required IReadOnlyList<SamplerInformation> Samplers { get; init; }

    /// <summary>Gets the names of the rules that choose timesteps.</summary>
    public required IReadOnlyList<string> Spacings { get; init; }
}
