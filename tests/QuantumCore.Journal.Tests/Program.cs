using QuantumCore.Journal.Tests;
using QuantumCore.TestKit;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

[assembly: Xunit.AssemblyFixture(typeof(PostgresServer))]

if (args is [DoomedAppender.Argument, var kind, var target])
{
    return await DoomedAppender.RunAsync(kind, target);
}

return args.Contains("--server") || args.Contains("--internal-msbuild-node")
    ? await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
    : await ConsoleRunner.Run(args);
