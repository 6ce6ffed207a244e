using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Checkpoints;

/// <summary>Changes a checkpoint and gives it the digests of what it holds then: what remains to be found is in the contents.</summary>
internal static class ForgedCheckpoint
{
    private static readonly string NoDigest = new('0', 64);

    /// <summary>Changes the fields of checkpoint.json.</summary>
    public static void Edit(string folder, Action<JsonObject> edit) => EditText(folder, text =>
    {
        JsonObject json = JsonNode.Parse(text)!.AsObject();
        edit(json);
        return json.ToJsonString();
    });

    /// <summary>Changes the text of checkpoint.json, whose digest stands as 64 zeros.</summary>
    public static void EditText(string folder, Func<string, string> edit)
    {
        string path = Path.Combine(folder, "checkpoint.json");
        JsonObject json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        json["digest"] = NoDigest;
        string text = edit(json.ToJsonString());
        File.WriteAllText(
            path,
            text.Replace(NoDigest, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))), StringComparison.Ordinal));
    }

    /// <summary>Changes the tensors of a file.</summary>
    public static void EditTensors(string folder, string file, Action<Dictionary<string, Tensor>> edit)
    {
        using var scope = NewDisposeScope();
        string path = Path.Combine(folder, file);
        Dictionary<string, Tensor> tensors;
        using (SafetensorsFile opened = SafetensorsFile.Open(path)) tensors = opened.Entries.ToDictionary(
            entry => entry.Name, entry => opened.Read(entry.Name));
        edit(tensors);
        SafetensorsWriter.Write(path, tensors);
        Edit(folder, json => json["files"]![file] = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))));
    }
}
