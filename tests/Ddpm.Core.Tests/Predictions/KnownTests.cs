namespace Ddpm.Core.Tests.Predictions;

/// <summary>Lists of choices (the command line, configuration files) iterate Known: nothing may be missing from it.</summary>
public sealed class KnownTests
{
    [Fact]
    public void Known_Predictions_AreAllThereAre()
    {
        Prediction.Known.Select(prediction => prediction.GetType()).Should().BeEquivalentTo(Concrete<Prediction>());
        Prediction.Known.Select(prediction => prediction.Name).Should().Equal("epsilon", "x0", "v", "posterior-mean");
        Prediction.Known.Select(prediction => prediction.ConfigurationName).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Known_Variances_AreAllThatNeedNoMeasurements()
    {
        ReverseVariance.Known.Select(variance => variance.GetType())
            .Should().BeEquivalentTo(Concrete<ReverseVariance>().Except([typeof(AnalyticVariance)]));
        ReverseVariance.Known.Select(variance => variance.Name).Should().Equal("fixed-small", "fixed-large", "learned", "learned-range");
        ReverseVariance.Known.Select(variance => variance.ConfigurationName).Should().OnlyHaveUniqueItems().And.NotContainNulls();
        ReverseVariance.Analytic(new NoiseCalibration([0.5])).ConfigurationName.Should().BeNull();
    }

    private static Type[] Concrete<T>() => [.. typeof(T).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(T)))];
}
