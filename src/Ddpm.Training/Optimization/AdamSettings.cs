namespace Ddpm.Training;

/// <summary>The numbers of Adam (Kingma and Ba 2014, arXiv:1412.6980) and of its decay of weights (AdamW, arXiv:1711.05101).</summary>
/// <param name="Beta1">How much of the mean gradient a step keeps.</param>
/// <param name="Beta2">How much of the mean square a step keeps.</param>
/// <param name="Epsilon">What is added to the root of the mean square.</param>
/// <param name="WeightDecay">The decay of weights, in units of the learning rate.</param>
internal readonly record struct AdamSettings(double Beta1, double Beta2, double Epsilon, double WeightDecay);
