using Microsoft.Win32.SafeHandles;
using QuantumCore.Cli;

// The console's own stream hides that a pipe's reader is gone, so that "qc watch AAPL | head -1" would go on for ever. A file is
// left to it: what several programs append to is not to be written to by position.
using var pipe = Console.IsOutputRedirected && !OperatingSystem.IsWindows()
    ? new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0)
    : null;
var output = pipe is { CanSeek: false } ? new StreamWriter(pipe, leaveOpen: true) { AutoFlush = true } : Console.Out;
return await new CommandLineApp(output, Console.Error, Environment.GetEnvironmentVariable).RunAsync(args);
