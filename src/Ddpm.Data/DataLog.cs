using Microsoft.Extensions.Logging;

namespace Ddpm.Data;

/// <summary>What data sets log.</summary>
internal static partial class DataLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Skipped an image: {Reason}")]
    public static partial void ImageSkipped(this ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Left out {Count} {Reason}, such as {Example}")]
    public static partial void FilesLeftOut(this ILogger logger, int count, string reason, string example);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Path} has 16 bits a channel, of which the upper 8 are read")]
    public static partial void SixteenBits(this ILogger logger, string path);
}
