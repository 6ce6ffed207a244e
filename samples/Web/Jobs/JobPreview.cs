namespace Ddpm.Web;

/// <summary>The estimates x̂_0 of a step as one picture: all samples side by side, without gaps.</summary>
/// <param name="Step">The steps done.</param>
/// <param name="Columns">The samples in a row.</param>
/// <param name="Png">The picture.</param>
internal sealed record JobPreview(int Step, int Columns, byte[] Png);
