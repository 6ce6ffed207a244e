using System.Collections.Immutable;
using System.Text.Json;

namespace Ddpm.Schedules.Tests.Schedules;

/// <summary>Every published schedule against the authors' code, improved-diffusion and diffusers.</summary>
public sealed class ScheduleGoldenTests
{
    private static readonly JsonElement File = Golden.Load("01_schedules.json");

    private static readonly Dictionary<string, JsonElement> Published = File.GetProperty("float64_schedules").EnumerateArray()
        .ToDictionary(schedule => schedule.Text("name"));

    private static readonly Dictionary<string, JsonElement> Diffusers = File.GetProperty("diffusers_schedules").EnumerateArray()
        .ToDictionary(schedule => schedule.Text("name"));

    public static TheoryData<string> PublishedNames => [.. Published.Keys];

    public static TheoryData<string> DiffusersNames => [.. Diffusers.Keys];

    public static TheoryData<int> WarmupCases => [.. Enumerable.Range(0, File.GetProperty("warmup_rounding_cases").GetArrayLength())];

    [Theory]
    [MemberData(nameof(PublishedNames))]
    public void Coefficients_PublishedSchedule_GiveThePublishedTables(string name)
    {
        JsonElement golden = Published[name];
        var c = new DiffusionCoefficients(PublishedSchedule(name, golden.Integer("T")));
        int[] t = golden.GetProperty("t").Integers();

        foreach (JsonProperty table in golden.GetProperty("at_t").EnumerateObject())
        {
            IReadOnlyList<double> actual = Table(c, table.Name);
            double tolerance = table.Name switch
            {
                "betas" => 1e-13,
                "alphas_cumprod" => 1e-12,
                _ => 1e-9,
            };
            t.Select(each => actual[each]).ShouldBeClose(
                table.Value.Numbers(), tolerance, table.Name == "log_one_minus_alphas_cumprod" ? 1e-15 : 0, $"{name} {table.Name}");
            double sum = golden.GetProperty("sum_over_all_t").GetProperty(table.Name).Number();
            new[] { actual.Sum() }.ShouldBeClose([sum], tolerance, 0, $"{name} sum of {table.Name}");
        }
    }

    [Theory]
    [MemberData(nameof(WarmupCases))]
    public void Beta_Warmup_RoundsTheStepsDown(int index)
    {
        JsonElement golden = File.GetProperty("warmup_rounding_cases")[index];
        var schedule = new WarmupSchedule(golden.Integer("T"), golden.Text("schedule") == "warmup10" ? 0.1 : 0.5);

        Enumerable.Range(0, schedule.Timesteps).Select(schedule.Beta)
            .ShouldBeClose(golden.GetProperty("betas").Numbers(), 1e-13, 0, "betas");
    }

    [Theory]
    [MemberData(nameof(DiffusersNames))]
    public void Coefficients_DiffusersSchedule_GiveItsFormulasInDoublePrecision(string name)
    {
        JsonElement golden = Diffusers[name], tables = golden.GetProperty("same_formula_float64");
        var c = new DiffusionCoefficients(DiffusersSchedule(golden));
        int[] t = golden.GetProperty("t").Integers();

        // β of a rescaled schedule is a difference of nearly equal numbers: absolute there, as its last digits are the order of operations.
        double absolute = golden.Flag("rescale_betas_zero_snr") ? 1e-15 : 0;
        t.Select(each => c.Betas[each]).ShouldBeClose(tables.GetProperty("betas").Numbers(), 1e-12, absolute, "betas");
        t.Select(each => c.AlphaBars[each]).ShouldBeClose(tables.GetProperty("alphas_cumprod").Numbers(), 1e-12, 0, "alphas_cumprod");
        t.Select(each => c.PosteriorVariances[each])
            .ShouldBeClose(tables.GetProperty("posterior_variance").Numbers(), 1e-10, absolute, "posterior_variance");
        t.Select(each => c.PosteriorMeanX0Weights[each])
            .ShouldBeClose(tables.GetProperty("posterior_mean_coef1").Numbers(), 1e-10, absolute, "posterior_mean_coef1");
        t.Select(each => c.PosteriorMeanXtWeights[each])
            .ShouldBeClose(tables.GetProperty("posterior_mean_coef2").Numbers(), 1e-10, absolute, "posterior_mean_coef2");
        new[] { c.Betas.Sum(), c.AlphaBars.Sum() }.ShouldBeClose(
            [tables.GetProperty("betas_sum").Number(), tables.GetProperty("alphas_cumprod_sum").Number()], 1e-12, 0, "sums");
    }

    [Theory]
    [MemberData(nameof(DiffusersNames))]
    public void Coefficients_SinglePrecision_PrintWhatDiffusersPrints(string name)
    {
        JsonElement golden = Diffusers[name], peer = golden.GetProperty("peer_float32");
        var c = new DiffusionCoefficients(DiffusersSchedule(golden), TablePrecision.SinglePrecision);
        int[] t = golden.GetProperty("t").Integers();
        ImmutableArray<double> small = c.PosteriorLogVariances(InitialLogVariance.Floored),
            large = c.LargeVariances(InitialLogVariance.Floored);

        // Not only near: the same float32 numbers, but for the last bit of a few that another version of torch rounds otherwise.
        t.Select(each => c.Betas[each]).ShouldBeClose(peer.GetProperty("betas").Numbers(), 1.2e-7, 6e-8, "betas");
        t.Select(each => c.AlphaBars[each]).ShouldBeClose(peer.GetProperty("alphas_cumprod").Numbers(), 3e-7, 0, "alphas_cumprod");
        double[] variances = peer.GetProperty("variance_fixed_small").Numbers(),
            larges = peer.GetProperty("variance_fixed_large").Numbers();
        t.Select(each => Math.Exp(small[each])).ShouldBeClose(variances, 1e-6, 6e-8, "variance_fixed_small");
        t.Select(each => large[each]).ShouldBeClose(larges, 1e-6, 1.2e-7, "variance_fixed_large");
        new[] { c.Betas.Sum(), c.AlphaBars.Sum() }.ShouldBeClose(
            [peer.GetProperty("betas_sum_in_f64").Number(), peer.GetProperty("alphas_cumprod_sum_in_f64").Number()], 1e-7, 0, "sums");
    }

    [Fact]
    public void SignalToNoiseRatios_BothPrecisions_ArePublished()
    {
        JsonElement golden = Golden.Load("05_snr.json");
        int[] t = golden.GetProperty("t").Integers();
        DiffusionCoefficients exact = new(new LinearSchedule()), single = new(new LinearSchedule(), TablePrecision.SinglePrecision);

        t.Select(each => exact.SignalToNoiseRatios[each]).ShouldBeClose(golden.GetProperty("snr_f64").Numbers(), 1e-9, 0, "snr");
        t.Select(each => single.SignalToNoiseRatios[each])
            .ShouldBeClose(golden.GetProperty("snr_diffusers_f32").Numbers(), 3e-7, 0, "float32 snr");
        exact.SignalToNoiseRatios[0].Should().NotBeApproximately(single.SignalToNoiseRatios[0], 1, "float32 tables are off by 2e-4 there");
    }

    internal static IVarianceSchedule PublishedSchedule(string name, int timesteps) =>
        name[..name.LastIndexOf("_T", StringComparison.Ordinal)] switch
        {
            "ho_linear" => new LinearSchedule(timesteps),
            "ho_quad" => new QuadraticSchedule(timesteps),
            "ho_const" => new ConstantSchedule(timesteps),
            "ho_warmup10" => new WarmupSchedule(timesteps, 0.1),
            "ho_warmup50" => new WarmupSchedule(timesteps, 0.5),
            "ho_jsd" => new HarmonicSchedule(timesteps),
            "improved_linear" => LinearSchedule.Scaled(timesteps),
            "improved_cosine" => new CosineSchedule(timesteps),
            _ => throw new InvalidDataException(name),
        };

    private static IVarianceSchedule DiffusersSchedule(JsonElement golden)
    {
        int timesteps = golden.Integer("T");
        double start = golden.GetProperty("beta_start").GetDouble(), end = golden.GetProperty("beta_end").GetDouble();
        IVarianceSchedule schedule = golden.Text("beta_schedule") switch
        {
            "linear" => new LinearSchedule(timesteps, start, end),
            "scaled_linear" => new QuadraticSchedule(timesteps, start, end),
            "sigmoid" => new SigmoidSchedule(timesteps, start, end),
            "squaredcos_cap_v2" => new CosineSchedule(timesteps),
            "laplace" => new LaplaceSchedule(timesteps),
            _ => throw new InvalidDataException(golden.Text("beta_schedule")),
        };
        return golden.Flag("rescale_betas_zero_snr") ? new ZeroTerminalSnrSchedule(schedule) : schedule;
    }

    private static ImmutableArray<double> Table(DiffusionCoefficients c, string name) => name switch
    {
        "betas" => c.Betas,
        "alphas_cumprod" => c.AlphaBars,
        "alphas_cumprod_prev" => c.AlphaBarsPrevious,
        "sqrt_alphas_cumprod" => c.SqrtAlphaBars,
        "sqrt_one_minus_alphas_cumprod" => c.SqrtOneMinusAlphaBars,
        "log_one_minus_alphas_cumprod" => c.LogOneMinusAlphaBars,
        "sqrt_recip_alphas_cumprod" => c.SqrtReciprocalAlphaBars,
        "sqrt_recipm1_alphas_cumprod" => c.SqrtReciprocalAlphaBarsMinusOne,
        "posterior_variance" => c.PosteriorVariances,
        "posterior_log_variance_clipped" => c.PosteriorLogVariances(),
        "posterior_log_variance_max1e-20" => c.PosteriorLogVariances(InitialLogVariance.Floored),
        "posterior_mean_coef1" => c.PosteriorMeanX0Weights,
        "posterior_mean_coef2" => c.PosteriorMeanXtWeights,
        "fixed_large_variance_t0_replaced" => c.LargeVariances(),
        "fixed_large_log_variance_t0_replaced" => [.. c.LargeVariances().Select(Math.Log)],
        "snr" => c.SignalToNoiseRatios,
        _ => throw new InvalidDataException(name),
    };
}
