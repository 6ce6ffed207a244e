using Ddpm.Core;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.PublicApi.Tests;

/// <summary>The variance fixed-large in few steps.</summary>
public sealed class FewStepsTests
{
    private static readonly ReverseDiffusion Large = new(new LinearSchedule());

    public static TheoryData<ReverseDiffusion, bool> Processes => new()
    {
        { Large, false },
        { Large.Respace(200), false },
        { Large.Respace(199), true },
        { Large.Respace(200).Respace(50), true },
        { Large.Respace(50).WithVariance(ReverseVariance.FixedSmall), false },
        { new(new LinearSchedule(50)), false },
        { new ReverseDiffusion(new LinearSchedule(11)).Respace(3), false },
        { new ReverseDiffusion(new LinearSchedule(11)).Respace(2), true },
    };

    [Theory]
    [MemberData(nameof(Processes))]
    public void Ddpm_FixedLargeBelowAFifthOfTheSteps_Warns(ReverseDiffusion process, bool warns)
    {
        var log = new WarningLog<DdpmSampler>();
        var inpainting = new WarningLog<InpaintingSampler>();
        _ = new DdpmSampler(new LabelEcho(1), process, log);
        _ = new InpaintingSampler(new LabelEcho(1), process, logger: inpainting);
        log.Lines.Should().HaveCount(warns ? 1 : 0);
        inpainting.Lines.Should().Equal(log.Lines);
    }

    [Fact]
    public void Warning_NamesStepsVarianceAndTheBetterChoice()
    {
        var log = new WarningLog<DdpmSampler>();
        _ = new DdpmSampler(new LabelEcho(1), Large.Respace(50), log);
        log.Lines.Should().Equal("50 of 1000 steps with the variance fixed-large give grainy samples: "
            + "take the variance fixed-small or DDIM, or at least 200 steps");
    }

    [Fact]
    public void IncludedModel_FiftySteps_IsGrainyWithFixedLargeOnly()
    {
        using TrainedModel model = ModelFolder.Load(Path.Combine(AppContext.BaseDirectory, "fashion-mnist"));
        model.Process.Options.Variance.Should().BeSameAs(ReverseVariance.FixedSmall, "the README's first program takes few steps");
        using CompiledModel compiled = CompiledModel.Of(model.Network);
        ReverseDiffusion fifty = model.Process.Respace(50);
        double small = Grain(fifty), large = Grain(fifty.WithVariance(ReverseVariance.FixedLarge));
        large.Should().BeGreaterThan(1.4 * small, $"{large} and {small} are the differences of neighbours");

        double Grain(ReverseDiffusion process)
        {
            using var scope = NewDisposeScope();
            Tensor samples = new DdpmSampler(compiled.Model, process).Sample(model.Request(8, seed: 1));
            return (samples.diff(dim: 3).abs().mean() * 127.5).item<float>();
        }
    }
}
