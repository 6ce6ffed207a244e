using Microsoft.Extensions.Logging;

namespace Ddpm.Data;

/// <summary>What data sets log.</summary>
internal static partial class DataLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Skipped an image: {Reason}")]
    public static partial void ImageSkipped(this ILogger logger, string reason);
}
