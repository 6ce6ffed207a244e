using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Data;

/// <summary>Images of a file with labels of a file: a label without a name is the file's fault.</summary>
internal static class ClassLabels
{
    /// <exception cref="InvalidDataException">A label has no name.</exception>
    /// <exception cref="ArgumentException">There are names and no labels.</exception>
    public static ImageDataset Take(string path, Tensor images, Tensor? labels, ClassNames? names)
    {
        if (labels is not null && names is not null)
        {
            using Tensor most = labels.max(), whole = most.to(int64);
            long largest = whole.item<long>();
            if (largest >= names.Count)
            {
                throw new InvalidDataException(
                    $"{path} must have labels 0 … {names.Count - 1}, as classNames says, but has {largest}.");
            }
        }

        return ImageDataset.Take(images, labels, classNames: names);
    }
}
