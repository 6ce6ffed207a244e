using Ddpm.Core;

namespace Ddpm.Hosting;

/// <summary>Checks the fields of a request against a model and its limits.</summary>
internal sealed class RequestReader
{
    /// <summary>The largest seed: the largest whole number that a page's numbers hold exactly.</summary>
    public const long LargestSeed = (1L << 53) - 1;

    /// <summary>The largest w of guidance.</summary>
    public const double LargestGuidance = 20;

    /// <summary>The most repetitions of a section of inpainting.</summary>
    public const int MostResamples = 20;

    private const long LargestRandomSeed = 1_000_000;
    private const int LargestPreviewEvery = 1_000_000;
    private const double DefaultStrength = 0.5;
    private const int MostNames = 20;
    private readonly RequestFields fields;
    private readonly ServedModel model;
    private readonly int defaultCount;
    private int count;

    private RequestReader(RequestFields fields, ServedModel model, int defaultCount) =>
        (this.fields, this.model, this.defaultCount) = (fields, model, defaultCount);

    /// <summary>Reads a request.</summary>
    /// <param name="fields">Its fields.</param>
    /// <param name="model">The model that is to draw.</param>
    /// <param name="defaultCount">How many pictures a request without a number gets.</param>
    /// <returns>What to draw.</returns>
    /// <exception cref="SampleRequestException">Fields are wrong.</exception>
    public static RunSettings Read(RequestFields fields, ServedModel model, int defaultCount)
    {
        RunSettings settings = new RequestReader(fields, model, defaultCount).Read();
        return fields.Errors.Count == 0 ? settings : throw new SampleRequestException(fields.Errors);
    }

    private RunSettings Read()
    {
        SamplerKey sampler = Sampler();
        count = (int)(fields.Whole("count", 1, model.Options.MaxCount) ?? Math.Min(defaultCount, model.Options.MaxCount));
        long seed = fields.Whole("seed", 0, LargestSeed) ?? Random.Shared.NextInt64(LargestRandomSeed);
        int[]? labels = Labels();
        double guidance = Guidance(labels is not null);
        GuidanceInterval? interval = Interval(guidance);
        long? toSeed = ToSeed();
        (int height, int width) = Size();
        var pictures = new RequestPictures(fields, sampler.Method, [model.Shape[0], height, width], count);
        (float[]? image, bool[]? known) = pictures.Read();
        double? strength = known is null && image is not null ? fields.Share("strength") ?? DefaultStrength : Without("strength", "image");
        int? resamples = null;
        if (known is not null) resamples = (int)(fields.Whole("resamples", 1, MostResamples) ?? InpaintingOptions.Default.Resamples);
        else fields.Forbid("resamples", $"absent without {fields.Shown("mask")}");
        var conditions = new RequestConditions(fields, model.Conditions, height, width, count);
        IReadOnlyDictionary<string, ConditionRows> rows = conditions.Read();
        string[]? kept = conditions.ReadKept(guidance, model.IsAutoguided);
        int? previewEvery = (int?)fields.Whole("previewEvery", 1, LargestPreviewEvery);
        fields.RefuseOthers();
        return new RunSettings
        {
            Sample = new SampleSettings
            {
                Sampler = sampler.Method.Name,
                Steps = sampler.Steps,
                Spacing = sampler.Spacing.Name,
                Eta = sampler.Method == SamplingMethod.Ddim ? sampler.Eta : null,
                SignalToNoise = sampler.Langevin?.SignalToNoise,
                StepsPerLevel = sampler.Langevin?.StepsPerLevel,
                Seed = seed,
                ToSeed = toSeed,
                Count = count,
                Labels = labels,
                Guidance = guidance,
                GuidanceInterval = interval,
                KeptConditions = kept,
                Height = height,
                Width = width,
                Strength = strength,
                Resamples = resamples,
            },
            Sampler = sampler,
            Shape = [model.Shape[0], height, width],
            PreviewEvery = previewEvery,
            Image = image,
            Known = known,
            Conditions = rows,
            Inpainting = new InpaintingOptions { Resamples = resamples ?? InpaintingOptions.Default.Resamples },
        };
    }

    private SamplerKey Sampler()
    {
        SamplingMethod method = fields.OneOf("sampler", model.Methods, choice => choice.Name) ?? model.Methods[0];
        int steps = (int)(fields.Whole("steps", 1, model.MaxSteps) ?? model.DefaultSteps(method));
        SpacingRule spacing = fields.OneOf("spacing", KnownSpacings.All, rule => rule.Name) ?? method.DefaultSpacing;
        double eta = 0;
        if (method == SamplingMethod.Ddim) eta = fields.Real("eta", 0, 1) ?? 0;
        else fields.Forbid("eta", $"absent for the sampler {method}, for only {SamplingMethod.Ddim} has η");
        IVarianceSchedule? visited = fields.Errors.Count == 0 ? Visited(method, steps, spacing) : null;
        return new SamplerKey(method, steps, spacing, eta, new RequestLangevin(fields, method).Read(visited));
    }

    // Some rules cannot give every number of steps.
    private IVarianceSchedule? Visited(SamplingMethod method, int steps, SpacingRule spacing)
    {
        try
        {
            return method.Respace(model.Schedule, steps, spacing);
        }
        catch (ArgumentException) when (fields.Has("spacing"))
        {
            fields.Fault("spacing", $"a rule that gives {steps} of {model.Schedule.Timesteps} timesteps");
        }
        catch (ArgumentException)
        {
            fields.Fault("steps", $"a number of steps that the spacing {spacing} gives of {model.Schedule.Timesteps} timesteps");
        }

        return null;
    }

    private int[]? Labels()
    {
        if (model.Classes == 0)
        {
            fields.Forbid("label", "absent, for the model knows no classes");
            return null;
        }

        string expected = $"a whole number from 0 to {model.Classes - 1}"
            + (model.ClassNames is { } names ? $" or one of {string.Join(", ", names.Take(MostNames))}" : "");
        int[]? labels = fields.Parsed("label", expected, value =>
            value.Items is { } items ? List(items) : LabelOf(value) is { } one ? [one] : null);
        if (labels is null && !fields.Has("label") && model.NeedsClass)
        {
            fields.Fault("label", $"{expected}, for the model cannot draw without a class");
        }

        return labels;
    }

    private int[]? List(IReadOnlyList<RequestValue> items)
    {
        int?[] labels = [.. items.Select(LabelOf)];
        if (labels.Length == 0 || labels.Contains(null)) return null;
        if (labels.Length > count) throw new InvalidDataException($"a list of {labels.Length} for {count} pictures");
        return [.. labels.Select(label => label!.Value)];
    }

    private int? LabelOf(RequestValue value) => value.Text is { } name
        ? model.ClassNames?.Find(name)
        : value.Whole >= 0 && value.Whole < model.Classes ? (int)value.Whole : null;

    private double Guidance(bool hasLabel)
    {
        if (!model.CanGuide)
        {
            fields.Forbid("guidance", "absent, for the model cannot be guided");
            return 1;
        }

        double guidance = fields.Real("guidance", 0, LargestGuidance) ?? 1;
        if (guidance != 1 && !hasLabel && !fields.Has("label") && model.Conditions.Count == 0 && !model.IsAutoguided)
        {
            fields.Fault("guidance", $"1 or absent without {fields.Shown("label")}, for guidance strengthens a class");
        }

        return guidance;
    }

    private GuidanceInterval? Interval(double guidance)
    {
        const string name = "guidanceInterval";
        int last = model.Schedule.Timesteps - 1;
        if (guidance != 1)
        {
            return fields.Parsed(
                name, $"a list of the first and the last timestep with guidance, 0 to {last}", value =>
                    value.Items is [{ Whole: { } from }, { Whole: { } to }] && from >= 0 && to >= from && to <= last
                        ? new GuidanceInterval((int)from, (int)to)
                        : null);
        }

        fields.Forbid(name, $"absent without {fields.Shown("guidance")}");
        return null;
    }

    private long? ToSeed()
    {
        if (fields.Has("image"))
        {
            fields.Forbid("toSeed", $"absent beside {fields.Shown("image")}");
            return null;
        }

        long? toSeed = fields.Whole("toSeed", 0, LargestSeed);
        if (toSeed is not null && count < 2)
        {
            fields.Fault("count", $"at least 2, for pictures lie between {fields.Shown("seed")} and {fields.Shown("toSeed")}");
        }

        return toSeed;
    }

    private (int Height, int Width) Size()
    {
        int Side(string name, int own)
        {
            if (model.Options.MaxSize is { } most) return (int)(fields.Multiple(name, model.SizeMultiple, Math.Max(most, own)) ?? own);
            fields.Whole(name, own, own);
            return own;
        }

        return (Side("height", model.Shape[1]), Side("width", model.Shape[2]));
    }

    private double? Without(string name, string other)
    {
        fields.Forbid(name, fields.Has("mask") ? $"absent beside {fields.Shown("mask")}" : $"absent without {fields.Shown(other)}");
        return null;
    }
}
