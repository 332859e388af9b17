using QuantumCore.Cli;

return await new CommandLineApp(Console.Out, Console.Error, Environment.GetEnvironmentVariable).RunAsync(args);
