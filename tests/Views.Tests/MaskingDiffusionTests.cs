namespace Ddpm.Views.Tests;

public sealed class MaskingDiffusionTests
{
    [Fact]
    public void Forward_EveryStep_MasksTheNextCoordinateUntilThePictureIsBlank()
    {
        (IReadOnlyList<string> train, _) = BinaryDigits.Load();
        var process = new MaskingDiffusion(new PixelModel(train, AutoregressiveView.Context));
        string state = train[0];
        for (int t = 0; t < process.Timesteps; t++)
        {
            (string next, double probability) = process.Forward(state, t).Single();
            probability.Should().Be(1);
            next.Should().Be(new string('_', t + 1) + train[0][(t + 1)..]);
            process.Reverse(state, next, t).Should().BeInRange(0.0001, 0.9999);
            string other = (next[^1] == '1' ? next[..^1] + '0' : next[..^1] + '1');
            if (t < 15) process.Reverse(state, other, t).Should().Be(0, "p_θ copies what is not masked");
            state = next;
        }

        process.Prior(state).Should().Be(1);
        process.Prior(train[0]).Should().Be(0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(AutoregressiveView.Context)]
    [InlineData(15)]
    public void Bound_AnyAutoregressiveModel_IsItsLogLikelihoodTermByTerm(int context)
    {
        (IReadOnlyList<string> train, IReadOnlyList<string> test) = BinaryDigits.Load();
        var model = new PixelModel(train, context);
        var process = new MaskingDiffusion(model);

        FiniteTerms five = FiniteBound.Equation5(process, test), sixteen = FiniteBound.Equation16(process, test);

        process.Timesteps.Should().Be(16, "T is the number of coordinates");
        for (int t = 0; t < 16; t++)
        {
            double pixel = -test.Average(digit => Math.Log2(model.Probability(digit[t], t, digit[(t + 1)..])));
            five.Steps[t].Should().BeApproximately(pixel, 1e-12);
        }

        double likelihood = test.Average(model.LogLikelihood);
        five.Prior.Should().Be(0);
        five.Total.Should().BeApproximately(-likelihood, 1e-12);
        sixteen.Prior.Should().BeApproximately(0, 1e-12);
        sixteen.Total.Should().BeApproximately(-likelihood, 1e-12);
        sixteen.Steps.Should().OnlyContain(divergence => divergence > -1e-12);
    }

    [Fact]
    public void Bound_FullyExpressiveModel_IsTheEntropyOfTheData()
    {
        (IReadOnlyList<string> train, _) = BinaryDigits.Load();
        FiniteTerms terms = FiniteBound.Equation16(new MaskingDiffusion(new PixelModel(train, 15, added: 0)), train);

        double entropy = train.GroupBy(digit => digit).Select(same => (double)same.Count() / train.Count).Sum(p => -p * Math.Log2(p));
        terms.Steps.Should().OnlyContain(divergence => Math.Abs(divergence) < 1e-12);
        terms.Total.Should().BeApproximately(entropy, 1e-12).And.BeGreaterThan(5);
    }

    [Fact]
    public void PixelModel_ProbabilitiesOfAllPictures_AddUpToOne()
    {
        var model = new PixelModel(["1010", "1110", "0010", "0111"], context: 2);

        double sum = Enumerable.Range(0, 16).Sum(i => Math.Pow(2, model.LogLikelihood(Convert.ToString(i, 2).PadLeft(4, '0'))));

        sum.Should().BeApproximately(1, 1e-12);
        // The last pixel is 0 in three of four; the second is 1 in one of the three that go on with 10. Half is added to each count.
        model.Probability('0', 3, "").Should().BeApproximately(3.5 / 5, 1e-12);
        model.Probability('1', 1, "10").Should().BeApproximately(1.5 / 4, 1e-12);
    }

    [Fact]
    public void Load_Digits_AreHalvesOfSixteenBits()
    {
        (IReadOnlyList<string> train, IReadOnlyList<string> test) = BinaryDigits.Load();

        (train.Count, test.Count).Should().Be((898, 899));
        train.Concat(test).Should().OnlyContain(digit => digit.Length == 16 && digit.All(bit => bit == '0' || bit == '1'));
        train.Distinct().Count().Should().BeGreaterThan(100);
    }
}
