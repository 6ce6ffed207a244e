using Ddpm.Imaging;
using Ddpm.Plotting;

namespace Ddpm.Cli.Output;

/// <summary>Writes one picture of many samples, with the names of their classes beside the rows.</summary>
internal static class ClassGrid
{
    private const int Padding = 2;

    /// <summary>Writes the picture as a PNG file, in one piece or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="images">The samples.</param>
    /// <param name="titles">The titles of the classes that take turns; none without classes.</param>
    /// <param name="first">The number of the first sample: sample k is of class k mod the number of titles.</param>
    public static void Save(string path, IReadOnlyList<DecodedImage> images, IReadOnlyList<string> titles, long first = 0)
    {
        (int height, int width) = (images[0].Height, images[0].Width);
        (string Title, DecodedImage[] Images)[] classes = titles.Count == 0 ? [] :
        [
            .. images.Index().GroupBy(image => (int)((first + image.Index) % titles.Count)).OrderBy(group => group.Key)
                .Select(group => (titles[group.Key], group.Select(image => image.Item).ToArray())),
        ];
        if (classes.Length is 0 or > GridLayout.MostClasses)
        {
            ImageFile.SavePng(path, ImageGrid.Compose(images, GridLayout.Of(images.Count, height, width)));
            return;
        }

        int most = classes.Max(one => one.Images.Length), columns = GridLayout.Columns(most * classes.Length, classes.Length);
        int rows = (most + columns - 1) / columns;
        bool alone = classes.Length == 1;
        byte[] white = [.. Enumerable.Repeat(byte.MaxValue, images[0].Pixels.Length)];
        var blank = new DecodedImage(images[0].Channels, height, width, white);
        LabelledGrid.Save(
            path,
            [.. classes.SelectMany(one => one.Images.Concat(Enumerable.Repeat(blank, rows * columns - one.Images.Length)))],
            new LabelledGridOptions
            {
                Title = alone ? classes[0].Title : "",
                RowTitles = alone ? [] : [.. classes.SelectMany(one => Enumerable.Range(0, rows).Select(row => row == 0 ? one.Title : ""))],
                Columns = columns,
                Padding = Padding,
                Scale = GridLayout.Scale(Math.Max(height, width), Math.Max(rows * classes.Length, columns)),
            });
    }
}
