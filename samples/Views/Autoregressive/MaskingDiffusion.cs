namespace Ddpm.Views;

/// <summary>
/// The diffusion that is an autoregressive model (Ho et al. 2020, arXiv:2006.11239, sec. 4.3): T is the number of coordinates, step t of q
/// masks coordinate t, p(x_T) is the blank picture, and p_θ copies what is not masked and predicts coordinate t from what comes after it.
/// </summary>
internal sealed class MaskingDiffusion(PixelModel model) : FiniteDiffusion
{
    public const char Mask = '_';

    public override int Timesteps => model.Pixels;

    public override IEnumerable<(string State, double Probability)> Forward(string previous, int t) => [(Masked(previous, t), 1)];

    public override double Reverse(string previous, string state, int t) =>
        Masked(previous, t) == state ? model.Probability(previous[t], t, state[(t + 1)..]) : 0;

    public override double Prior(string last) => last == new string(Mask, Timesteps) ? 1 : 0;

    private static string Masked(string state, int t) => $"{state[..t]}{Mask}{state[(t + 1)..]}";
}
