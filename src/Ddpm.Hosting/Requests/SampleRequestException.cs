using System.Collections.Immutable;

namespace Ddpm.Hosting;

/// <summary>Says all that is wrong with a request.</summary>
public sealed class SampleRequestException : ArgumentException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="errors">What is wrong, at least one.</param>
    public SampleRequestException(IEnumerable<FieldError> errors)
        : this([.. errors])
    {
    }

    private SampleRequestException(ImmutableArray<FieldError> errors)
        : base(string.Join(' ', errors.Select(error => error.Message))) => Errors = errors;

    /// <summary>Gets what is wrong, field by field.</summary>
    public IReadOnlyList<FieldError> Errors { get; }
}
