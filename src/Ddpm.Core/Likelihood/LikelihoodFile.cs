namespace Ddpm.Core;

/// <summary>Saves an unfinished evaluation of a likelihood to a JSON file, with every digit of its sums, to be resumed.</summary>
public static class LikelihoodFile
{
    /// <summary>Writes the sums, in one piece or not at all.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="likelihood">The sums.</param>
    /// <param name="identity">
    /// A text that names what is evaluated: network, process, data, noise. Resuming with another text is refused.
    /// </param>
    /// <exception cref="IOException">The file cannot be written; what was there before is untouched.</exception>
    public static void Save(string path, LikelihoodAccumulator likelihood, string identity)
    {
        ArgumentNullException.ThrowIfNull(likelihood);
        ArgumentNullException.ThrowIfNull(identity);
        MomentsFile.Save(
            path, identity, [("draws", likelihood.Draws), ("probes", likelihood.Probes)], likelihood.Examples, likelihood.Sums);
    }

    /// <summary>Reads the sums.</summary>
    /// <param name="path">The file.</param>
    /// <param name="identity">The text that was given to <see cref="Save"/>.</param>
    /// <returns>The sums.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is damaged or belongs to another evaluation; the message says what differs.
    /// </exception>
    public static LikelihoodAccumulator Load(string path, string identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        MomentsFile file = MomentsFile.Open(path, identity);
        var likelihood = new LikelihoodAccumulator(file.Number("draws", int.MaxValue), file.Number("probes", int.MaxValue));
        file.Restore(likelihood.Sums);
        return likelihood;
    }
}
