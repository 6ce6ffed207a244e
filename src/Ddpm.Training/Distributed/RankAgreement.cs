using System.Text.Json;
using Ddpm.Core;

namespace Ddpm.Training;

/// <summary>Compares what the ranks were started with: with different options they would wait for each other for ever.</summary>
internal static class RankAgreement
{
    /// <summary>Compares settings with those of rank 0; collective.</summary>
    /// <exception cref="DistributedException">They differ, on any rank; thrown on all.</exception>
    public static void Require(ICommunicator communicator, string what, IReadOnlyDictionary<string, string> settings)
    {
        if (communicator.WorldSize == 1) return;
        string[] texts = communicator.AllGather(JsonSerializer.Serialize(settings));
        if (texts.All(text => text == texts[0])) return;
        Dictionary<string, string>[] all = [.. texts.Select(text => JsonSerializer.Deserialize<Dictionary<string, string>>(text)!)];
        string[] differences = [.. Enumerable.Range(1, all.Length - 1).SelectMany(rank => Differences(all[0], all[rank], rank))];
        throw new DistributedException($"All ranks must have the same {what}. {string.Join("; ", differences)}.");
    }

    private static IEnumerable<string> Differences(Dictionary<string, string> first, Dictionary<string, string> other, int rank) =>
        first.Keys.Union(other.Keys).Order(StringComparer.Ordinal)
            .Select(key => (Key: key, First: first.GetValueOrDefault(key, "absent"), Other: other.GetValueOrDefault(key, "absent")))
            .Where(entry => entry.First != entry.Other)
            .Select(entry => $"{entry.Key}: {entry.First} on rank 0, {entry.Other} on rank {rank}");
}
