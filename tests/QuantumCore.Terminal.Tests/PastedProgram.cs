using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>A C# program as a user pastes it into Program.cs of a new console project.</summary>
internal sealed class PastedProgram
{
    // A new console project has them.
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private readonly MethodInfo _main;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private PastedProgram(MethodInfo main) => _main = main;

    /// <summary>Compiles a program against the framework and the packages of this test project.</summary>
    public static PastedProgram Compile(string text)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path));
        var sources = new[] { ImplicitUsings, text }
            .Select(source => CSharpSyntaxTree.ParseText(source, cancellationToken: Token));
        var compilation = CSharpCompilation.Create(
            "Pasted", sources, references, new CSharpCompilationOptions(OutputKind.ConsoleApplication));
        using var assembly = new MemoryStream();
        var result = compilation.Emit(assembly, cancellationToken: Token);
        Assert.True(result.Success, $"{string.Join('\n', result.Diagnostics)}\n{text}");
        return new PastedProgram(Assembly.Load(assembly.ToArray()).EntryPoint!);
    }

    /// <summary>Runs it to its end. Returns the text that it writes to the console.</summary>
    public async Task<string> RunAsync()
    {
        var (console, output) = (Console.Out, new StringWriter());
        Console.SetOut(output);
        try
        {
            await Task.Run(() => _main.Invoke(null, [Array.Empty<string>()]), Token);
        }
        finally
        {
            Console.SetOut(console);
        }

        return output.ToString().Trim();
    }
}
