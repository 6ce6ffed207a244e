using System.Globalization;
using Ddpm.Inference;
using Microsoft.Extensions.Options;

namespace Ddpm.Hosting;

/// <summary>Checks the options of every model: each error names the option, what was expected and what was found.</summary>
internal sealed class DdpmOptionsValidation : IValidateOptions<DdpmOptions>
{
    // What a timer can wait for.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, DdpmOptions options)
    {
        List<string> faults = [];
        void Check(string option, bool valid, string expected, object? actual)
        {
            string shown = actual is null ? "null" : Convert.ToString(actual, CultureInfo.InvariantCulture)!;
            if (!valid) faults.Add($"{nameof(DdpmOptions)}.{option} of the model {name} must be {expected}, but is {shown}.");
        }

        void Range(string option, long? value, long least, long most) =>
            Check(option, value is null || (value >= least && value <= most), $"{least} … {most}", value);

        void Limit(string option, TimeSpan? value) => Check(
            option, value is null || (value > TimeSpan.Zero && value <= Longest), $"more than 0 and at most {Longest}", value);

        bool folder = !string.IsNullOrWhiteSpace(options.Folder), load = options.Load is not null;
        if (folder == load)
        {
            Check(nameof(options.Folder), false, "a model folder where Load is null, and absent where Load is given",
                folder ? options.Folder : "absent");
        }
        else if (folder)
        {
            Check(nameof(options.Folder), Directory.Exists(options.Folder), "the path of a folder that exists", options.Folder);
        }

        bool weak = !string.IsNullOrWhiteSpace(options.WeakFolder);
        if (weak && options.LoadWeak is not null)
        {
            Check(nameof(options.WeakFolder), false, "absent where LoadWeak is given", options.WeakFolder);
        }
        else if (options.WeakFolder is not null)
        {
            Check(nameof(options.WeakFolder), weak && Directory.Exists(options.WeakFolder), "the path of a folder that exists",
                weak ? options.WeakFolder : $"\"{options.WeakFolder}\"");
        }

        Check(nameof(options.Worker), !string.IsNullOrWhiteSpace(options.Worker), "a name", $"\"{options.Worker}\"");
        Range(nameof(options.MaxCount), options.MaxCount, 1, 65536);
        Range(nameof(options.MaxSteps), options.MaxSteps, 1, int.MaxValue);
        Range(nameof(options.MaxSize), options.MaxSize, 1, 16384);
        Range(nameof(options.MaxBatch), options.MaxBatch, 0, 65536);
        Range(nameof(options.QueueLength), options.QueueLength, 1, 1_000_000);
        Range(nameof(options.Threads), options.Threads, 1, 1024);
        Limit(nameof(options.WaitLimit), options.WaitLimit);
        Limit(nameof(options.RunLimit), options.RunLimit);
        Check(nameof(options.Weights), Enum.IsDefined(options.Weights),
            $"{nameof(WeightPrecision.Full)} or {nameof(WeightPrecision.BFloat16)}", options.Weights);
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
