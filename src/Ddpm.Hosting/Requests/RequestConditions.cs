using System.Globalization;
using Ddpm.Core;

namespace Ddpm.Hosting;

/// <summary>Reads the conditions of a request.</summary>
/// <param name="fields">The fields.</param>
/// <param name="conditions">The conditions of the network.</param>
/// <param name="height">The height of the run's pictures.</param>
/// <param name="width">The width of the run's pictures.</param>
/// <param name="count">The number of pictures to draw.</param>
internal sealed class RequestConditions(
    RequestFields fields, IReadOnlyList<NetworkCondition> conditions, int height, int width, int count)
{
    private const string Field = "conditions", Kept = "keptConditions";

    private string Names => string.Join(", ", conditions.Select(condition => condition.Name));

    /// <summary>Reads the rows of every condition; what is wrong becomes an error of the fields.</summary>
    public IReadOnlyDictionary<string, ConditionRows> Read()
    {
        var all = new Dictionary<string, ConditionRows>();
        if (conditions.Count == 0)
        {
            fields.Forbid(Field, "absent, for the model has no conditions");
            return all;
        }

        IReadOnlyDictionary<string, RequestValue>? given =
            fields.Parsed(Field, $"an object with the model's conditions {Names}", value => value.Fields);
        if (given is null && fields.Has(Field)) return all;
        foreach ((string name, RequestValue value) in given ?? new Dictionary<string, RequestValue>())
        {
            if (conditions.Any(condition => condition.Name == name)) continue;
            fields.Fault(Field, name, $"absent, for the model's conditions are {Names}", value.Shown);
        }

        foreach (NetworkCondition condition in conditions)
        {
            if (Rows(condition, given?.GetValueOrDefault(condition.Name)) is { } rows) all.Add(condition.Name, rows);
        }

        return all;
    }

    /// <summary>Reads the names of the conditions that guidance does not strengthen, in the network's order; null for none.</summary>
    public string[]? ReadKept(double guidance, bool isAutoguided)
    {
        if (isAutoguided)
        {
            fields.Forbid(Kept, "absent, for guidance leads away from a weaker model, which is given all conditions");
            return null;
        }

        if (conditions.Count > 0 && guidance != 1)
        {
            return fields.Parsed(Kept, $"a list of some of the model's conditions {Names}", value =>
                value.Items is { } items && items.All(item => conditions.Any(condition => condition.Name == item.Text))
                    ? [.. conditions.Select(condition => condition.Name).Intersect(items.Select(item => item.Text!))]
                    : default(string[]));
        }

        fields.Forbid(
            Kept, conditions.Count == 0 ? "absent, for the model has no conditions" : $"absent without {fields.Shown("guidance")}");
        return null;
    }

    private ConditionRows? Rows(NetworkCondition condition, RequestValue? given)
    {
        int length = checked(condition.Channels * (condition.IsVector ? 1 : height * width));
        string picture = TakesPicture(condition) ? $"a PNG file of {width} × {height} pixels, 8 bits a channel and opaque, or " : "";
        try
        {
            return new ConditionRows(Values(condition, given ?? throw new InvalidDataException("absent"), length), length);
        }
        catch (InvalidDataException exception)
        {
            string expected = $"{picture}{length} finite numbers, or a list of 1 to {count} such rows";
            fields.Fault(Field, condition.Name, expected, exception.Message);
            return null;
        }
    }

    private float[] Values(NetworkCondition condition, RequestValue given, int length)
    {
        IReadOnlyList<RequestValue> rows = given.Numbers is null && given.Items is { } list ? list : [given];
        if (rows.Count == 0) throw new InvalidDataException(given.Shown);
        if (rows.Count > count) throw new InvalidDataException($"a list of {rows.Count} for {count} pictures");
        var values = new float[checked(rows.Count * length)];
        for (int row = 0; row < rows.Count; row++)
        {
            try
            {
                Row(condition, rows[row], length).Span.CopyTo(values.AsSpan(row * length));
            }
            catch (InvalidDataException exception) when (rows.Count > 1)
            {
                throw new InvalidDataException($"{exception.Message} in row {row}", exception);
            }
        }

        return values;
    }

    private ReadOnlyMemory<float> Row(NetworkCondition condition, RequestValue value, int length)
    {
        if (value.Bytes is { } file && TakesPicture(condition)) return PngPlanes.Read(file.Span, width, height, condition.Channels);
        if (value.Numbers is not { } numbers) throw new InvalidDataException(value.Shown);
        if (numbers.Length != length) throw new InvalidDataException($"{numbers.Length} numbers");
        foreach (float number in numbers.Span)
        {
            if (float.IsFinite(number)) continue;
            throw new InvalidDataException($"{length} numbers with {number.ToString(CultureInfo.InvariantCulture)}");
        }

        return numbers;
    }

    private static bool TakesPicture(NetworkCondition condition) => condition is { IsVector: false, Channels: 1 or 3 };
}
