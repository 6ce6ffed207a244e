namespace Ddpm.Models;

/// <summary>The numbers of one update of one weight by Adam: p ← p·Decay - Rate·m/(√v·Root + ε).</summary>
/// <param name="Decay">What decoupled weight decay leaves of the weight.</param>
/// <param name="Rate">The learning rate over 1 - β₁ᵏ.</param>
/// <param name="Root">1/√(1 - β₂ᵏ).</param>
/// <param name="OfGradient">1 - β₁, how much of the gradient goes into m.</param>
/// <param name="Beta2">β₂.</param>
/// <param name="OfSquare">1 - β₂, which has more digits than β₂ has left of 1 in float32.</param>
/// <param name="Epsilon">ε.</param>
/// <param name="Divisor">What the gradient is divided by first, in place.</param>
internal readonly record struct AdamStep(
    float Decay, float Rate, float Root, float OfGradient, float Beta2, float OfSquare, float Epsilon, float Divisor);
