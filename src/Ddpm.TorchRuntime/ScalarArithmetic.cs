using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Computes with tensors and numbers such that no number races with the garbage collector. TorchSharp wraps a number in an object with a
/// finalizer, reads its native handle and calls libtorch; nothing keeps the object alive from then on. A collection on another thread in
/// that moment frees the number before libtorch reads it: the operation throws "Expected false to be true" or takes another number. All
/// operators on numbers do so, and x + y, add_, square and arange, which pass a 1, a 2 or a 0 of their own. Here the number lives until the
/// operation has returned.
/// </summary>
/// <remarks>A test finds every call in the packages' compiled code that leaves a number to the garbage collector.</remarks>
internal static class ScalarArithmetic
{
    /// <summary>Returns x + y.</summary>
    public static Tensor Plus(this Tensor x, Tensor y)
    {
        using Scalar one = 1L;
        return x.add(y, one);
    }

    /// <summary>Returns x + number.</summary>
    public static Tensor Plus(this Tensor x, double number)
    {
        using Scalar addend = number, one = 1L;
        return x.add(addend, one);
    }

    /// <summary>Returns x - number.</summary>
    public static Tensor Minus(this Tensor x, double number) => With(number, x.sub);

    /// <summary>Returns 1 - x.</summary>
    public static Tensor Complement(this Tensor x)
    {
        using Tensor negative = x.neg();
        return negative.Plus(1);
    }

    /// <summary>Returns x · number.</summary>
    public static Tensor Times(this Tensor x, double number) => With(number, x.mul);

    /// <summary>Returns x / number.</summary>
    public static Tensor Over(this Tensor x, double number) => With(number, divisor => x.div(divisor));

    /// <summary>Returns x to a power.</summary>
    public static Tensor Power(this Tensor x, double exponent) => With(exponent, x.pow);

    /// <summary>Returns x².</summary>
    public static Tensor Square(this Tensor x) => x.Power(2);

    /// <summary>Returns x, but no less than a minimum and no more than a maximum.</summary>
    public static Tensor Clamp(this Tensor x, double minimum, double maximum)
    {
        using Scalar least = minimum, most = maximum;
        return x.clamp(least, most);
    }

    /// <summary>Returns x, but no less than a minimum.</summary>
    public static Tensor AtLeast(this Tensor x, double minimum) => With(minimum, x.clamp_min);

    /// <summary>Returns x, but no more than a maximum.</summary>
    public static Tensor AtMost(this Tensor x, double maximum) => With(maximum, x.clamp_max);

    /// <summary>Returns where x is less than a number.</summary>
    public static Tensor LessThan(this Tensor x, double number) => With(number, x.lt);

    /// <summary>Returns where x is greater than a number.</summary>
    public static Tensor GreaterThan(this Tensor x, double number) => With(number, x.gt);

    /// <summary>Sets x to x + weight · y.</summary>
    public static Tensor AddInPlace(this Tensor x, Tensor y, double weight = 1) => With(weight, alpha => x.add_(y, alpha));

    /// <summary>Sets x to x - number.</summary>
    public static Tensor SubtractInPlace(this Tensor x, double number) => With(number, x.sub_);

    /// <summary>Sets x to x · number.</summary>
    public static Tensor MultiplyInPlace(this Tensor x, double number) => With(number, x.mul_);

    /// <summary>Sets x to x / number.</summary>
    public static Tensor DivideInPlace(this Tensor x, double number) => With(number, divisor => x.div_(divisor));

    /// <summary>Sets x to a minimum where it is less, to a maximum where it is more.</summary>
    public static Tensor ClampInPlace(this Tensor x, double minimum, double maximum)
    {
        using Scalar least = minimum, most = maximum;
        return x.clamp_(least, most);
    }

    /// <summary>Sets every element of x to a number.</summary>
    public static Tensor FillInPlace(this Tensor x, double number) => With(number, x.fill_);

    // Disposing the number after the operation is what keeps it alive until then.
    private static Tensor With(double number, Func<Scalar, Tensor> operation)
    {
        using Scalar scalar = number;
        return operation(scalar);
    }
}
