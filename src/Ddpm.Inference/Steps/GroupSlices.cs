namespace Ddpm.Inference;

/// <summary>
/// How a group normalisation is divided: into images, and where these are few into slices of whole groups and whole vectors of channels.
/// No number depends on it.
/// </summary>
internal readonly struct GroupSlices
{
    private readonly int slices, sliceGroups, groups, width;

    /// <param name="images">The images.</param>
    /// <param name="channels">The channels of each.</param>
    /// <param name="groups">The groups of channels.</param>
    /// <param name="threads">How many threads share the work.</param>
    public GroupSlices(int images, int channels, int groups, int threads)
    {
        this.groups = groups;
        width = channels / groups;
        int least = 1;
        while (least * width % Plane.Block != 0) least *= 2;
        int most = Math.Max(1, groups / least);
        int wanted = images % threads == 0 ? 1 : Math.Min(most, (2 * threads + images - 1) / images);
        int whole = (groups + least - 1) / least;
        sliceGroups = (whole + wanted - 1) / wanted * least;
        slices = (groups + sliceGroups - 1) / sliceGroups;
        Parts = images * slices;
    }

    /// <summary>Gets how many parts.</summary>
    public int Parts { get; }

    /// <summary>Returns a part's image, its first channel, and how many groups and channels it has.</summary>
    public (int Image, int Channel, int Groups, int Channels) Of(int part)
    {
        int group = part % slices * sliceGroups, count = Math.Min(sliceGroups, groups - group);
        return (part / slices, group * width, count, count * width);
    }
}
