using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Docs.Tests;

/// <summary>All C# blocks of a page as one program, in the order in which a reader meets them.</summary>
internal sealed partial class MarkdownProgram
{
    /// <summary>What a marked program prints at the end of each block: the separator of records.</summary>
    public const char Mark = '\u001e';

    private const string ImplicitUsings = "global using System; global using System.IO; global using System.Linq; global using " +
        "System.Net.Http; global using System.Collections.Generic; global using System.Threading; global using System.Threading.Tasks;";

    private static readonly CSharpParseOptions Language = new(LanguageVersion.Latest);

    // All programs grow from one compilation, so that the metadata of some two hundred assemblies is read once. A translated page has the
    // code of its original, which is compiled once too.
    private static readonly CSharpCompilation Empty = CSharpCompilation.Create(
        "program",
        [CSharpSyntaxTree.ParseText(ImplicitUsings, Language)],
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path)),
        new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));

    private static readonly ConcurrentDictionary<string, (byte[] Assembly, string[] Errors)> Compiled = [];

    private MarkdownProgram(string code) => Code = code;

    public string Code { get; }

    public bool IsEmpty => Code.Length == 0;

    /// <summary>
    /// Reads all blocks of a page. Using directives go to the top, each once, and types to the end, as a reader puts them.
    /// </summary>
    public static MarkdownProgram Read(string path) => Of(BlocksOf(path));

    /// <summary>Reads the first block of a page, which is a program of its own.</summary>
    public static MarkdownProgram ReadFirst(string path) => Of(BlocksOf(path)[..1]);

    /// <summary>Reads all blocks of a page; the program prints <see cref="Mark"/> at the end of each.</summary>
    public static MarkdownProgram ReadMarked(string path) => Of([.. BlocksOf(path).Select(code => $"{code}\nConsole.Write('{Mark}');")]);

    /// <summary>The program with other code in place of what it must hold once.</summary>
    public MarkdownProgram With(string code, string other)
    {
        Code.Split(code).Should().HaveCount(2, "the program has {0} once", code);
        return new MarkdownProgram(Code.Replace(code, other, StringComparison.Ordinal));
    }

    private static string[] BlocksOf(string path) =>
        [.. Blocks().Matches(File.ReadAllText(path)).Select(match => match.Groups["code"].Value)];

    private static MarkdownProgram Of(string[] blocks)
    {
        string[] lines = [.. blocks.SelectMany(block => block.Split('\n'))];
        IEnumerable<string> directives = lines.Where(IsDirective).Select(line => line.Trim()).Distinct();
        string rest = string.Join('\n', lines.Where(line => !IsDirective(line)));
        var unit = (CompilationUnitSyntax)CSharpSyntaxTree.ParseText(rest, Language).GetRoot();
        IEnumerable<string> members = unit.Members.OrderBy(member => member is not GlobalStatementSyntax)
            .Select(member => member.ToFullString());
        return new MarkdownProgram($"{string.Join('\n', directives)}\n{string.Concat(members)}".Trim());
    }

    /// <summary>Compiles the program with the usings of a new console project.</summary>
    /// <returns>The assembly, or the compiler's errors.</returns>
    public (byte[] Assembly, string[] Errors) Compile() => Compiled.GetOrAdd(Code, code =>
    {
        using var stream = new MemoryStream();
        var result = Empty.AddSyntaxTrees(CSharpSyntaxTree.ParseText(code, Language)).Emit(stream);
        return (stream.ToArray(), [.. result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(diagnostic => $"{diagnostic.GetMessage()}: {Line(diagnostic)}")]);
    });

    /// <summary>Compiles the program, which must have no error, and runs it in a folder.</summary>
    /// <returns>What it printed, with the numbers of the invariant culture.</returns>
    public string Run(string folder)
    {
        (byte[] bytes, string[] errors) = Compile();
        errors.Should().BeEmpty();
        string before = Directory.GetCurrentDirectory();
        TextWriter console = Console.Out;
        CultureInfo culture = CultureInfo.CurrentCulture;
        using var output = new StringWriter();
        try
        {
            Directory.SetCurrentDirectory(folder);
            Console.SetOut(output);
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            MethodInfo main = Assembly.Load(bytes).EntryPoint!;
            main.Invoke(null, main.GetParameters().Length == 0 ? null : [Array.Empty<string>()]);
            return output.ToString();
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
            Console.SetOut(console);
            Directory.SetCurrentDirectory(before);
        }
    }

    private string Line(Diagnostic diagnostic) =>
        Code.Split('\n').ElementAtOrDefault(diagnostic.Location.GetLineSpan().StartLinePosition.Line) ?? "";

    private static bool IsDirective(string line) => Directive().IsMatch(line);

    [GeneratedRegex(@"^```csharp\s*\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex(@"^using (static )?[A-Z][\w.]*;\s*$")]
    private static partial Regex Directive();
}
