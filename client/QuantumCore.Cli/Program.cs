using Microsoft.Win32.SafeHandles;
using QuantumCore.Cli;

// The console's own stream hides that the reader of a pipe is gone, so "qc watch AAPL | head -1" would run forever.
// Files keep that stream: several programs may append to one, so writing by position would be wrong.
using var pipe = Console.IsOutputRedirected && !OperatingSystem.IsWindows()
    ? new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0)
    : null;
var output = pipe is { CanSeek: false } ? new StreamWriter(pipe, leaveOpen: true) { AutoFlush = true } : Console.Out;
return await new CommandLineApp(output, Console.Error, Environment.GetEnvironmentVariable).RunAsync(args);
