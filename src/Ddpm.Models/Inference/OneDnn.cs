using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// oneDNN's convolutions with weights that are packed once, which libtorch has for its own compiler and does not show. They are private: looked for and tried once in a process, and left alone where that fails
/// (libtorch without oneDNN, as for other processors, of another version, or for another system than Linux, where one cannot look).
/// </summary>
internal sealed class OneDnn
{
    // Constants within the code: a number that is an argument costs more than it is worth.
    internal const string Methods = """
          def pack_same(self, weight: Tensor, n: int, c: int, h: int, w: int) -> Tensor:
            return ops.mkldnn._reorder_convolution_weight(weight, [1, 1], [1, 1], [1, 1], 1, [n, c, h, w])
          def pack_none(self, weight: Tensor, n: int, c: int, h: int, w: int) -> Tensor:
            return ops.mkldnn._reorder_convolution_weight(weight, [0, 0], [1, 1], [1, 1], 1, [n, c, h, w])
          def pack_half(self, weight: Tensor, n: int, c: int, h: int, w: int) -> Tensor:
            return ops.mkldnn._reorder_convolution_weight(weight, [0, 0], [2, 2], [1, 1], 1, [n, c, h, w])
          def convolve_same(self, x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
            return ops.mkldnn._convolution_pointwise(x, weight, bias, [1, 1], [1, 1], [1, 1], 1, "none", annotate(List[Optional[number]], []), None)
          def convolve_none(self, x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
            return ops.mkldnn._convolution_pointwise(x, weight, bias, [0, 0], [1, 1], [1, 1], 1, "none", annotate(List[Optional[number]], []), None)
          def convolve_half(self, x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
            return ops.mkldnn._convolution_pointwise(x, weight, bias, [0, 0], [2, 2], [1, 1], 1, "none", annotate(List[Optional[number]], []), None)
          def add_same(self, sum: Tensor, x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
            return ops.mkldnn._convolution_pointwise_(sum, x, weight, bias, [1, 1], [1, 1], [1, 1], 1, "add", 1.0, None, annotate(List[Optional[number]], []), None)
          def add_none(self, sum: Tensor, x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
            return ops.mkldnn._convolution_pointwise_(sum, x, weight, bias, [0, 0], [1, 1], [1, 1], 1, "add", 1.0, None, annotate(List[Optional[number]], []), None)
        """;

    // The functions behind the operations, with the types of their arguments. A script that names an operation which is not there ends the process, so that trying is no way to find out.
    private static readonly string[] Functions =
    [
        "_ZN2at6native28mkldnn_convolution_pointwiseERKNS_6TensorES3_RKSt8optionalIS1_EN3c108ArrayRefIlEESA_SA_lSt17basic_string_viewIcSt11char_traitsIcEENS8_4ListIS4_INS8_6ScalarEEEES4_ISE_E",
        "_ZN2at6native36mkldnn_convolution_pointwise_binary_ERNS_6TensorERKS1_S4_RKSt8optionalIS1_EN3c108ArrayRefIlEESB_SB_lSt17basic_string_viewIcSt11char_traitsIcEES5_INS9_6ScalarEES5_ISF_ENS9_4ListISH_EESI_",
    ];

    private static readonly Lazy<OneDnn?> Probed = new(Probe);

    private readonly jit.ScriptModule operations;

    private OneDnn(jit.ScriptModule operations) => this.operations = operations;

    /// <summary>The operations; null where they are not to be had.</summary>
    public static OneDnn? Instance => Probed.Value;

    /// <summary>Whether they take a kind of convolution: equal padding and stride 1, or none and stride 2.</summary>
    public static bool Supports(ConvolutionGeometry geometry) => Name(geometry) is not null;

    /// <summary>A weight as the convolution of a shape wants it.</summary>
    public Tensor Pack(Tensor weight, ConvolutionGeometry geometry, long[] inputShape) => (Tensor)operations.invoke("pack_" + Name(geometry), weight, inputShape[0], inputShape[1], inputShape[2], inputShape[3]);

    /// <summary>The convolution with a packed weight; a fresh tensor.</summary>
    public Tensor Convolve(Tensor x, Tensor weight, Tensor? bias, ConvolutionGeometry geometry) => (Tensor)operations.invoke(geometry == ConvolutionGeometry.Half ? "convolve_half" : geometry == ConvolutionGeometry.Same ? "convolve_same" : "convolve_none", x, weight, bias!);

    /// <summary>Adds the convolution with a packed weight to a tensor in place.</summary>
    public void Add(Tensor sum, Tensor x, Tensor weight, Tensor? bias, ConvolutionGeometry geometry)
    {
        using var _ = (Tensor)operations.invoke(geometry == ConvolutionGeometry.Same ? "add_same" : "add_none", sum, x, weight, bias!);
    }

    /// <summary>Whether libtorch has functions of these names.</summary>
    internal static bool HasFunctions(IEnumerable<string> names) =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64 && NativeLibrary.TryLoad("libtorch_cpu.so", out nint library) && names.All(name => NativeLibrary.TryGetExport(library, name, out _));

    /// <summary>Loads operations from their source, all of which must be there; null where they fail or compute something else than libtorch's own.</summary>
    internal static OneDnn? Load(string methods)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        try
        {
            jit.ScriptModule module = jit.load(TorchScriptArchive.Create(methods));
            var operations = new OneDnn(module);
            return operations.IsRight() ? operations : null;
        }
        catch (ExternalException)
        {
            return null;
        }
    }

    private static OneDnn? Probe() => HasFunctions(Functions) ? Load(Methods) : null;

    private static string? Name(ConvolutionGeometry geometry) => geometry switch
    {
        ConvolutionGeometry.Same => "same",
        ConvolutionGeometry.None => "none",
        ConvolutionGeometry.Half => "half",
        _ => null,
    };

    // Every method once, against libtorch's own.
    private bool IsRight()
    {
        using Generator generator = new(1, CPU);
        Tensor x = TensorMemory.ChannelsLast(randn([2, 16, 6, 6], float32, generator: generator)), weight = randn([16, 16, 3, 3], float32, generator: generator), bias = randn(16, float32, generator: generator);
        foreach (ConvolutionGeometry geometry in Enum.GetValues<ConvolutionGeometry>().Where(Supports))
        {
            Tensor packed = Pack(weight, geometry, x.shape), expected = geometry.Convolve(x, weight, bias);
            Tensor actual = Convolve(x, packed, bias, geometry);
            if (!IsNear(actual, expected)) return false;
            if (geometry == ConvolutionGeometry.Half) continue;
            Add(actual, x, packed, null, geometry);
            if (!IsNear(actual, expected + geometry.Convolve(x, weight, null))) return false;
        }

        return true;
    }

    private static bool IsNear(Tensor actual, Tensor expected) => actual.shape.AsSpan().SequenceEqual(expected.shape) && (actual - expected).abs().max().item<float>() < 1e-4f;
}
