using System.Text.Json;

namespace Ddpm.Schedules.Tests.Schedules;

public sealed class TimestepSpacingTests
{
    private static readonly JsonElement Lists = Golden.Load("02_scheduler_timesteps.json").GetProperty("lists");

    private static readonly JsonElement Respacings = Golden.Load("03_respacing.json").GetProperty("cases");

    public static TheoryData<int> RespacingCases => [.. Enumerable.Range(0, Respacings.GetArrayLength())];

    [Fact]
    public void EveryRule_OfDiffusers_VisitsItsTimesteps()
    {
        foreach (JsonElement golden in Lists.EnumerateArray())
        {
            int timesteps = golden.Integer("T"), count = golden.Integer("n"), offset = golden.Integer("steps_offset");
            string what = $"{golden.Text("spacing")} {count} of {timesteps}, offset {offset}";
            IReadOnlyList<int> Compute() => golden.Text("spacing") switch
            {
                "leading" => TimestepSpacing.Leading(timesteps, count, offset),
                "trailing" => TimestepSpacing.Trailing(timesteps, count),
                "linspace" => TimestepSpacing.Linspace(timesteps, count),
                string other => throw new InvalidDataException(other),
            };
            if (offset + (count - 1) * (timesteps / count) >= timesteps && golden.Text("spacing") == "leading")
            {
                FluentActions.Invoking(Compute).Should().Throw<ArgumentOutOfRangeException>(what)
                    .WithMessage("offset must leave the last timestep below*");
                continue;
            }

            int[] actual = [.. Compute().Reverse()];
            actual.Should().HaveCount(golden.Integer("count"), what);
            actual.Sum().Should().Be(golden.Integer("sum"), what);
            if (golden.TryGetProperty("timesteps", out JsonElement all)) actual.Should().Equal(all.Integers(), what);
            if (golden.TryGetProperty("first8", out JsonElement first)) actual.Take(8).Should().Equal(first.Integers(), what);
            if (golden.TryGetProperty("last8", out JsonElement last)) actual.TakeLast(8).Should().Equal(last.Integers(), what);
        }
    }

    [Theory]
    [MemberData(nameof(RespacingCases))]
    public void SectionsAndWholeStride_OfImprovedDiffusion_GiveItsTimestepsAndTables(int index)
    {
        JsonElement golden = Respacings[index], sections = golden.GetProperty("section_counts");
        int timesteps = golden.Integer("T");
        IReadOnlyList<int> retained = sections.ValueKind == JsonValueKind.Array
            ? TimestepSpacing.Sections(timesteps, sections.Integers())
            : sections.GetString()!.StartsWith("ddim", StringComparison.Ordinal)
                ? TimestepSpacing.WholeStride(
                    timesteps, int.Parse(sections.GetString()![4..], System.Globalization.CultureInfo.InvariantCulture))
                : TimestepSpacing.Sections(
                    timesteps, [.. sections.GetString()!.Split(',')
                    .Select(count => int.Parse(count, System.Globalization.CultureInfo.InvariantCulture))]);

        retained.Should().HaveCount(golden.Integer("count"));
        if (golden.TryGetProperty("timesteps", out JsonElement all)) retained.Should().Equal(all.Integers());
        if (golden.TryGetProperty("first8", out JsonElement first)) retained.Take(8).Should().Equal(first.Integers());
        if (golden.TryGetProperty("last8", out JsonElement last)) retained.TakeLast(8).Should().Equal(last.Integers());
        if (golden.TryGetProperty("sum", out JsonElement sum)) retained.Sum().Should().Be(sum.GetInt32());
        if (!golden.TryGetProperty("linear_spaced", out JsonElement tables)) return;

        var c = new DiffusionCoefficients(new RespacedSchedule(LinearSchedule.Scaled(timesteps), retained));
        int[] at = tables.GetProperty("index").Integers();
        at.Select(i => c.Betas[i]).ShouldBeClose(tables.GetProperty("new_betas").Numbers(), 1e-12, 0, "betas");
        at.Select(i => c.AlphaBars[i]).ShouldBeClose(tables.GetProperty("alphas_cumprod").Numbers(), 1e-12, 0, "alphas_cumprod");
        at.Select(i => c.PosteriorLogVariances()[i])
            .ShouldBeClose(tables.GetProperty("posterior_log_variance_clipped").Numbers(), 1e-11, 0, "posterior_log_variance_clipped");
        c.Betas.Sum().Should().BeApproximately(tables.GetProperty("betas_sum").Number(), 1e-11);
    }

    [Fact]
    public void WholeStride_Thousand_IsPossibleFor63Counts()
    {
        int possible = Enumerable.Range(1, 1000).Count(count =>
        {
            try
            {
                return TimestepSpacing.WholeStride(1000, count).Length == count;
            }
            catch (ArgumentOutOfRangeException)
            {
                return false;
            }
        });

        // The reference has 938 that fail, one of them 1, which a stride of T gives.
        possible.Should().Be(1000 - Golden.Load("03_respacing.json").GetProperty("ddim_n_impossible_for_T1000").Integer("count") + 1);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(100)]
    [InlineData(7)]
    [InlineData(1)]
    public void EveryRule_EveryCount_GivesThatManyAscendingTimesteps(int timesteps)
    {
        for (int count = 1; count <= timesteps; count++)
        {
            foreach (IReadOnlyList<int> retained in new IReadOnlyList<int>[]
            {
                TimestepSpacing.Leading(timesteps, count), TimestepSpacing.Trailing(timesteps, count),
                    TimestepSpacing.Linspace(timesteps, count),
                TimestepSpacing.Quadratic(timesteps, count), TimestepSpacing.Sections(timesteps, count),
            })
            {
                retained.Should().HaveCount(count);
                TimestepSpacing.Explicit(timesteps, retained).Should().Equal(retained, "ascending and in range");
            }

            TimestepSpacing.Trailing(timesteps, count)[^1].Should().Be(timesteps - 1);
        }
    }

    [Fact]
    public void Quadratic_TenOfThousand_IsDdims() =>
        // numpy.linspace(0, sqrt(800), 10) ** 2, rounded down.
        TimestepSpacing.Quadratic(1000, 10).Should().Equal(0, 9, 39, 88, 158, 246, 355, 483, 632, 800);

    [Fact]
    public void BadArguments_AreNamed()
    {
        FluentActions.Invoking(() => TimestepSpacing.Leading(10, 11)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("count must be 1 … 10*but is 11*");
        FluentActions.Invoking(() => TimestepSpacing.Trailing(0, 1)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("timesteps");
        FluentActions.Invoking(() => TimestepSpacing.Linspace(10, 0)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("count");
        FluentActions.Invoking(() => TimestepSpacing.Leading(10, 2, -1)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("offset");
        FluentActions.Invoking(() => TimestepSpacing.Sections(10, 3, 6)).Should().Throw<ArgumentException>()
            .WithMessage("*1 … 5 in section 1*but is 6*");
        FluentActions.Invoking(() => TimestepSpacing.Sections(10)).Should().Throw<ArgumentException>()
            .WithMessage("counts must name 1 … 10 sections, but names 0*");
        FluentActions.Invoking(() => TimestepSpacing.Explicit(10, [0, 3, 3])).Should().Throw<ArgumentException>()
            .WithMessage("*ascending*retained[2] = 3 follows 3*");
        FluentActions.Invoking(() => TimestepSpacing.Explicit(10, [0, 10])).Should().Throw<ArgumentException>()
            .WithMessage("*0 … 9*retained[1] is 10*");
        FluentActions.Invoking(() => TimestepSpacing.Explicit(10, [])).Should().Throw<ArgumentException>().WithMessage("*at least 1*");
        FluentActions.Invoking(() => TimestepSpacing.WholeStride(1000, 37)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("*whole stride*37 is none*");
    }
}
