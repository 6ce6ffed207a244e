namespace Ddpm.Web;

/// <summary>The pictures of a finished run, as PNG files.</summary>
/// <param name="Images">One for each sample, of the model's own size.</param>
/// <param name="Grid">All of them in one, enlarged where they are small.</param>
internal sealed record JobResult(IReadOnlyList<byte[]> Images, byte[] Grid);
