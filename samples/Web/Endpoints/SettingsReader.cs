using System.Text.Json;
using Ddpm.Core;

namespace Ddpm.Web;

/// <summary>What a request asks for, within the limits of the server and the model.</summary>
internal sealed class SettingsReader(ServedModel model, ServerOptions options)
{
    /// <summary>The largest seed: the largest whole number that a page's numbers hold exactly.</summary>
    public const long LargestSeed = (1L << 53) - 1;

    public const double LargestGuidance = 20;
    private const long LargestRandomSeed = 1_000_000;
    private const int DefaultCount = 16;

    public int MaxSteps => Math.Min(options.MaxSteps ?? model.Timesteps, model.Timesteps);

    public int MaxCount => options.MaxCount;

    public int DefaultSteps(SamplerEntry sampler) => Math.Min(sampler.DefaultSteps(model.Timesteps), MaxSteps);

    /// <summary>The settings; null where <paramref name="errors"/> says what is wrong.</summary>
    public JobSettings? Read(JsonElement body, out IReadOnlyList<FieldError> errors)
    {
        var fields = new RequestFields(body);
        SamplerEntry sampler = fields.OneOf("sampler", model.Samplers, choice => choice.Name) ?? model.Samplers[0];
        int steps = (int)(fields.Whole("steps", 1, MaxSteps) ?? DefaultSteps(sampler));
        int count = (int)(fields.Whole("count", 1, MaxCount) ?? Math.Min(DefaultCount, MaxCount));
        long seed = fields.Whole("seed", 0, LargestSeed) ?? Random.Shared.NextInt64(LargestRandomSeed);
        int? label = null;
        double guidance = 1;
        if (model.Classes > 0) label = fields.Class("label", model.Classes, model.ClassNames);
        else fields.Forbid("label", "absent, for the model knows no classes");
        if (model.CanGuide) guidance = fields.Real("guidance", 0, LargestGuidance) ?? 1;
        else fields.Forbid("guidance", "absent, for the model cannot be guided");
        if (model.Classes > 0 && !model.CanGuide && label is null)
        {
            fields.Errors.Add(
                new FieldError(
                    "label",
                    $"a whole number from 0 to {model.Classes - 1}, for the model cannot draw without a class",
                    "absent"));
        }

        fields.RefuseOthers();
        errors = fields.Errors;
        return errors.Count > 0 ? null : new JobSettings(sampler, steps, seed, count, label, guidance);
    }
}
