using System.Collections.Immutable;

namespace Ddpm.Models;

/// <summary>What a folder held that did not go into the model, and what the model needed that the folder did not hold.</summary>
public sealed record LoadReport
{
    /// <summary>Tensors that the network has and the file has not; they keep their first values. Empty in a strict load.</summary>
    public ImmutableArray<string> Missing { get; init; } = [];

    /// <summary>Tensors that the file has and the network has not. Empty in a strict load.</summary>
    public ImmutableArray<string> Unexpected { get; init; } = [];

    /// <summary>Tensors of another shape or type, with both. Empty in a strict load.</summary>
    public ImmutableArray<string> Mismatched { get; init; } = [];

    /// <summary>How many tensors had names of an older diffusers or of the authors' own layout, and were renamed.</summary>
    public int Renamed { get; init; }

    /// <summary>How many tensors were stored in 16 bits and widened to float32.</summary>
    public int Widened { get; init; }

    /// <summary>Tensors of the file outside <see cref="LoadOptions.WeightPrefix"/>.</summary>
    public ImmutableArray<string> LeftOut { get; init; } = [];

    /// <summary>
    /// Prefixes under which the file has a network's weights, where it has none without; see <see cref="LoadOptions.WeightPrefix"/>.
    /// </summary>
    public ImmutableArray<string> Prefixes { get; init; } = [];

    /// <summary>Whether the weights were compared with a digest that this library wrote beside them.</summary>
    public bool Verified { get; init; }

    /// <summary>
    /// Fields of the configurations that say nothing to this library, as "file: field = value", such as the inference defaults of a
    /// scheduler.
    /// </summary>
    public ImmutableArray<string> IgnoredFields { get; init; } = [];

    /// <summary>
    /// Whether this library wrote the weights with other configurations than lie beside them: they were changed by hand, or saving another
    /// model over
    /// this one was interrupted.
    /// </summary>
    public bool ConfigurationChanged { get; init; }

    /// <summary>Whether every tensor of the network came from the file, and the file had no other.</summary>
    public bool IsComplete => Missing.IsEmpty && Unexpected.IsEmpty && Mismatched.IsEmpty;
}
