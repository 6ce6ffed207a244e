namespace Ddpm.Core;

/// <summary>Saves an unfinished evaluation of a bound to a JSON file, with every digit of its sums, so that it can be resumed.</summary>
public static class BoundFile
{
    /// <summary>Writes the sums, in one piece or not at all.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="bound">The sums.</param>
    /// <param name="identity">
    /// A text that names what is evaluated: network, process, data, noise. Resuming with another text is refused.
    /// </param>
    /// <exception cref="IOException">The file cannot be written; what was there before is untouched.</exception>
    public static void Save(string path, BoundAccumulator bound, string identity)
    {
        ArgumentNullException.ThrowIfNull(bound);
        ArgumentNullException.ThrowIfNull(identity);
        MomentsFile.Save(path, identity, [("timesteps", bound.Timesteps), ("draws", bound.Draws)], bound.Examples, bound.Sums);
    }

    /// <summary>Reads the sums.</summary>
    /// <param name="path">The file.</param>
    /// <param name="identity">The text that was given to <see cref="Save"/>.</param>
    /// <returns>The sums.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is damaged or belongs to another evaluation; the message says what differs.
    /// </exception>
    public static BoundAccumulator Load(string path, string identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        MomentsFile file = MomentsFile.Open(path, identity);
        var bound = new BoundAccumulator(file.Number("timesteps", FileLimits.MostTimesteps), file.Number("draws", int.MaxValue));
        file.Restore(bound.Sums);
        return bound;
    }
}
