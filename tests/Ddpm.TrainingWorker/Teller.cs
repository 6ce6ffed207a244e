using System.Globalization;
using Ddpm.Training;

namespace Ddpm.TrainingWorker;

/// <summary>Writes a line for every step.</summary>
internal sealed class Teller : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"step {value.Step} loss {value.Loss:R}"));
}
