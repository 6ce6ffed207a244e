namespace Ddpm.Inference;

/// <summary>
/// Where features lie in one piece of memory. Two of them share numbers if no step needs both: the largest are placed first, each at the
/// first gap between those that live at the same time (greedy by size, Pisarchyk and Lee 2020, arXiv:2001.03288).
/// </summary>
internal static class ArenaLayout
{
    /// <summary>Returns the first number of each feature, and how many numbers all need.</summary>
    public static (long[] Offsets, long Floats) Of(IReadOnlyList<Plane> features)
    {
        var offsets = new long[features.Count];
        var placed = new List<int>();
        long floats = 0;
        foreach (int index in Enumerable.Range(0, features.Count).OrderByDescending(index => features[index].Floats))
        {
            Plane feature = features[index];
            long offset = 0;
            foreach (int other in placed.Where(other => features[other].FirstStep <= feature.LastStep
                && features[other].LastStep >= feature.FirstStep).OrderBy(other => offsets[other]))
            {
                if (offset + feature.Floats <= offsets[other]) break;
                offset = Math.Max(offset, offsets[other] + features[other].Floats);
            }

            offsets[index] = offset;
            placed.Add(index);
            floats = Math.Max(floats, offset + feature.Floats);
        }

        return (offsets, floats);
    }
}
