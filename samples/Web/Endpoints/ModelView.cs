namespace Ddpm.Web;

/// <summary>The model and the limits, from which the page makes its form.</summary>
internal sealed record ModelView
{
    public required string Name { get; init; }

    public required int Channels { get; init; }

    public required int Height { get; init; }

    public required int Width { get; init; }

    public required long Parameters { get; init; }

    public required int Timesteps { get; init; }

    /// <summary>0 where the model knows none.</summary>
    public required int Classes { get; init; }

    /// <summary>Null where the classes have numbers only.</summary>
    public required IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>Whether a class may be left out, and guided towards.</summary>
    public required bool Guidance { get; init; }

    public required int MaxSteps { get; init; }

    public required int MaxCount { get; init; }

    public required IReadOnlyList<SamplerView> Samplers { get; init; }

    public static ModelView Of(ServedModel model, SettingsReader settings) => new()
    {
        Name = model.Name,
        Channels = (int)model.Shape[0],
        Height = (int)model.Shape[1],
        Width = (int)model.Shape[2],
        Parameters = model.Parameters,
        Timesteps = model.Timesteps,
        Classes = model.Classes,
        ClassNames = model.ClassNames,
        Guidance = model.CanGuide,
        MaxSteps = settings.MaxSteps,
        MaxCount = settings.MaxCount,
        Samplers =
        [
            .. model.Samplers.Select(sampler =>
                new SamplerView(sampler.Name, sampler.Title, SamplerNotes.Of(sampler), settings.DefaultSteps(sampler))),
        ],
    };
}

/// <summary>A sampler to choose.</summary>
internal sealed record SamplerView(string Name, string Title, string About, int DefaultSteps);
