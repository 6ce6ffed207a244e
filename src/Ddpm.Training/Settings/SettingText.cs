using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>Settings of any kind as text that is equal where they are.</summary>
[UnconditionalSuppressMessage(
    "Trimming", "IL2075", Justification = "buildTransitive/Ddpm.Training.targets keeps what this reads in programs that are trimmed.")]
internal static class SettingText
{
    // A longer list stands as its digest.
    private const int LongestList = 32;
    private const int Deepest = 3;

    /// <summary>Returns a value as text.</summary>
    public static string Of(object? value) => Of(value, 0);

    /// <summary>Returns an object that has a state beside its settings, as its type and the properties that are set once.</summary>
    public static string OfStateful(object value) => HasOwnText(value) ? value.ToString() ?? "" : Described(value, 0, IsSetOnce);

    /// <summary>
    /// Returns the writable properties of options, as "prefix.Name" and text; but for names of classes, which decide nothing.
    /// </summary>
    public static IEnumerable<KeyValuePair<string, string>> Properties(object options, string prefix) => options.GetType().GetProperties()
        .Where(property => property.CanWrite && property.GetIndexParameters().Length == 0 && property.PropertyType != typeof(ClassNames))
        .Select(property => KeyValuePair.Create(prefix + property.Name, Of(property.GetValue(options))));

    private static string Of(object? value, int depth) => value switch
    {
        null => "",
        string text => text,
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        bool flag => flag.ToString(),
        KeyValuePair<string, double> pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value}"),
        IEnumerable list => List([.. list.Cast<object?>().Select(item => Of(item, depth + 1))]),
        nn.Module module => module.GetType().Name,
        _ => HasOwnText(value) ? value.ToString() ?? "" : Described(value, depth, _ => true),
    };

    private static string List(string[] items)
    {
        string text = string.Join(", ", items);
        if (items.Length <= LongestList) return text;
        return $"{items.Length} values, {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16]}";
    }

    // Not the one that the compiler makes for records, which writes numbers in the user's language.
    private static bool HasOwnText(object value)
    {
        MethodInfo method = value.GetType().GetMethod(nameof(ToString), Type.EmptyTypes)!;
        return method.DeclaringType != typeof(object) && method.GetCustomAttribute<CompilerGeneratedAttribute>(inherit: false) is null;
    }

    private static string Described(object value, int depth, Func<PropertyInfo, bool> isWanted)
    {
        Type type = value.GetType();
        string[] parts = depth >= Deepest ? [] : [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanRead && property.GetIndexParameters().Length == 0 && IsSetting(property.PropertyType))
            .Where(isWanted)
            .OrderBy(property => property.Name, StringComparer.Ordinal)
            .Select(property => $"{property.Name} {Of(property.GetValue(value), depth + 1)}")];
        return parts.Length == 0 ? type.Name : $"{type.Name} ({string.Join(", ", parts)})";
    }

    private static bool IsSetOnce(PropertyInfo property) =>
        property.SetMethod is null && property.GetMethod!.GetCustomAttribute<CompilerGeneratedAttribute>(inherit: false) is not null;

    private static bool IsSetting(Type type)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        Type element = plain.IsGenericType && typeof(IEnumerable).IsAssignableFrom(plain) ? plain.GetGenericArguments()[0] : plain;
        bool isOurs = element.Namespace?.StartsWith(nameof(Ddpm), StringComparison.Ordinal) == true;
        return element.IsPrimitive || element.IsEnum || element == typeof(string) || isOurs;
    }
}
