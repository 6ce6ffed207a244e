using Ddpm.Evaluation;
using static TorchSharp.torch;

namespace Anomalies;

/// <summary>A way to find anomalies.</summary>
/// <param name="Name">Its name in the table.</param>
/// <param name="Detect">Heat maps and scores of pictures, which the caller disposes. The number of the first is given too.</param>
internal sealed record Method(string Name, Func<Tensor, long, AnomalyMaps> Detect);
