namespace Ddpm.Evaluation.Tests.RealData;

/// <summary>The tests that share one drawing of the published model.</summary>
[CollectionDefinition(Name)]
public sealed class PublishedSamplesGroup : ICollectionFixture<PublishedSamples>
{
    /// <summary>The name that classes join by.</summary>
    public const string Name = "samples of the published model";
}
