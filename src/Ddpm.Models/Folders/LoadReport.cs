using System.Collections.Immutable;

namespace Ddpm.Models;

/// <summary>Reports which contents of a folder did not go into the model, and which weights the folder did not have.</summary>
public sealed record LoadReport
{
    /// <summary>
    /// Gets the tensors of the network that the file does not have; they keep their initial values. Empty in a strict load.
    /// </summary>
    public ImmutableArray<string> Missing { get; init; } = [];

    /// <summary>Gets the tensors of the file that the network does not have. Empty in a strict load.</summary>
    public ImmutableArray<string> Unexpected { get; init; } = [];

    /// <summary>Gets the tensors whose shape or type differs, with both shapes or types. Empty in a strict load.</summary>
    public ImmutableArray<string> Mismatched { get; init; } = [];

    /// <summary>Gets how many tensors were renamed from the layout of an older diffusers or of the authors' code.</summary>
    public int Renamed { get; init; }

    /// <summary>Gets how many tensors were stored in 16 bits and widened to float32.</summary>
    public int Widened { get; init; }

    /// <summary>Gets how many tensors were stored as float64 and rounded to float32.</summary>
    public int Narrowed { get; init; }

    /// <summary>Gets the tensors of the file outside <see cref="LoadOptions.WeightPrefix"/>.</summary>
    public ImmutableArray<string> LeftOut { get; init; } = [];

    /// <summary>
    /// Gets the prefixes under which the file has a network's weights, if it has none without a prefix; see
    /// <see cref="LoadOptions.WeightPrefix"/>.
    /// </summary>
    public ImmutableArray<string> Prefixes { get; init; } = [];

    /// <summary>Gets whether the weights were compared with the digest that this library saves with them.</summary>
    public bool Verified { get; init; }

    /// <summary>Gets the file of weights that was read, or the index of its parts; null for weights from memory.</summary>
    public string? WeightsFile { get; init; }

    /// <summary>
    /// Gets the class of diffusers that the folder names for sampling, such as "PNDMScheduler"; null if it names none. The process is read
    /// whatever the class; choose a sampler when you draw.
    /// </summary>
    public string? Scheduler { get; init; }

    /// <summary>
    /// Gets the fields of the configurations that this library ignores, as "file: field = value", such as the inference defaults of a
    /// scheduler.
    /// </summary>
    public ImmutableArray<string> IgnoredFields { get; init; } = [];

    /// <summary>
    /// Gets whether this library saved the weights with other configurations than the folder has now: somebody edited them, or saving
    /// another model over this one was interrupted.
    /// </summary>
    public bool ConfigurationChanged { get; init; }

    /// <summary>Gets whether every tensor of the network came from the file, and the file had no other.</summary>
    public bool IsComplete => Missing.IsEmpty && Unexpected.IsEmpty && Mismatched.IsEmpty;
}
