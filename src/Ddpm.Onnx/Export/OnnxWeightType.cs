namespace Ddpm.Onnx;

/// <summary>
/// The type in which an exported model stores the weights of its layers. Every runtime computes in float32: a node widens 16-bit weights,
/// once as the model loads where the runtime folds constants.
/// </summary>
/// <remarks>
/// float16 arithmetic overflows in norms and softmax of U-Nets, and few processors and runtimes have convolutions in 16 bits at all. What
/// 16 bits buy safely is half the file.
/// </remarks>
public enum OnnxWeightType
{
    /// <summary>Stores float32: the weights as they are.</summary>
    Full,

    /// <summary>Stores IEEE half precision: 11 bits, numbers up to 65,504. Norms and biases stay float32.</summary>
    Half,

    /// <summary>Stores bfloat16: 8 bits, numbers as large as float32's. Norms and biases stay float32.</summary>
    BFloat16,
}
