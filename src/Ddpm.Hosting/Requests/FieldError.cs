namespace Ddpm.Hosting;

/// <summary>Says what is wrong with one field of a request.</summary>
/// <param name="Field">The field, as the caller names it.</param>
/// <param name="Expected">What it must be.</param>
/// <param name="Actual">What it is.</param>
public sealed record FieldError(string Field, string Expected, string Actual)
{
    /// <summary>Gets the same as a sentence.</summary>
    public string Message => $"{Field} must be {Expected}, but is {Actual}.";
}
