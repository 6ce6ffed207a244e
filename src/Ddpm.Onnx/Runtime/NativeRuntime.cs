using Microsoft.ML.OnnxRuntime;

namespace Ddpm.Onnx;

/// <summary>Says what a program lacks where ONNX Runtime's native library is not there.</summary>
internal static class NativeRuntime
{
    /// <summary>Makes something of ONNX Runtime's.</summary>
    /// <exception cref="InvalidOperationException">The native library is missing; the message says which package brings it.</exception>
    public static T Require<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (Exception exception) when (IsMissing(exception))
        {
            string version = typeof(InferenceSession).Assembly.GetName().Version!.ToString(3);
            throw new InvalidOperationException(
                "ONNX Runtime's native library is missing or of another version: add the package Microsoft.ML.OnnxRuntime "
                + $"(or another of its natives, such as Microsoft.ML.OnnxRuntime.Gpu) {version} to the program.", exception);
        }
    }

    private static bool IsMissing(Exception? exception) => exception is DllNotFoundException or EntryPointNotFoundException
        || (exception is TypeInitializationException && IsMissing(exception.InnerException));
}
