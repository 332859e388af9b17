using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using QuantumCore.OrderPath;

// OrderPath SILO-FOLDER: prints the source files that a limit order passes in the exchange, from its request to its
// answer, market data and history, with the number of methods in each. The silo in the folder is changed.
const int Orders = 200;
const int Port = 18_477;
var folder = new DirectoryInfo(args[0]);
var instrumentation = new Instrumentation();
instrumentation.Apply(folder);
Add(typeof(Hits).Assembly.Location);

var without = await RunAsync(0);
var with = await RunAsync(Orders);
var files = instrumentation.Files
    .Where((_, method) => with[method] - without[method] >= Orders * 9 / 10)
    .GroupBy(file => file)
    .OrderBy(file => file.Key, StringComparer.Ordinal)
    .ToList();
foreach (var file in files)
    Console.WriteLine($"{file.Count(),4}  {file.Key}");
Console.WriteLine($"A limit order passes {files.Count} files and {files.Sum(file => file.Count())} methods.");

// Puts the counting assembly beside the others, and into the list of those that may be loaded.
void Add(string assembly)
{
    File.Copy(assembly, Path.Combine(folder.FullName, "OrderPath.dll"), overwrite: true);
    var list = Path.Combine(folder.FullName, "QuantumCore.Silo.deps.json");
    var root = JsonNode.Parse(File.ReadAllText(list))!;
    root["targets"]![".NETCoreApp,Version=v10.0"]!["OrderPath/1.0.0"] =
        JsonNode.Parse("""{"runtime":{"OrderPath.dll":{}}}""");
    root["libraries"]!["OrderPath/1.0.0"] = JsonNode.Parse("""{"type":"project","serviceable":false,"sha512":""}""");
    File.WriteAllText(list, root.ToJsonString());
}

async Task<long[]> RunAsync(int orders)
{
    var work = Directory.CreateTempSubdirectory("order-path-");
    var counts = Path.Combine(work.FullName, "counts");
    var address = new Uri($"http://127.0.0.1:{Port}");
    var start = new ProcessStartInfo(
        "dotnet",
        [
            Path.Combine(folder.FullName, "QuantumCore.Silo.dll"), "--urls", address.ToString(), "--data",
            Path.Combine(work.FullName, "data"), "--simulate", "none"]);
    start.Environment["QUANTUMCORE_ORDER_PATH"] = counts;
    (start.RedirectStandardOutput, start.UseShellExecute) = (true, false);
    using var silo = Process.Start(start)!;
    silo.OutputDataReceived += (_, _) => { };
    silo.BeginOutputReadLine();
    using var client = new HttpClient { BaseAddress = address };
    client.DefaultRequestHeaders.Add("X-Api-Key", "demo-alice");
    while (!await IsReadyAsync(client))
    {
        if (silo.HasExited)
            throw new InvalidOperationException($"The exchange ended with {silo.ExitCode} at its start.");
        await Task.Delay(50);
    }

    for (var i = 0; i < orders; i++)
    {
        using var answer = await client.PostAsJsonAsync(
            "api/qc/v1/orders",
            new { symbol = "AAPL", side = "buy", type = "limit", price = "100.00", quantity = "1" });
        answer.EnsureSuccessStatusCode();
    }

    // The history follows within a second.
    await Task.Delay(1000);
    using (Process.Start("kill", silo.Id.ToString(CultureInfo.InvariantCulture)))
        await silo.WaitForExitAsync();
    long[] result = [.. (await File.ReadAllLinesAsync(counts)).Select(
        line => long.Parse(line, CultureInfo.InvariantCulture))];
    work.Delete(recursive: true);
    return result;
}

static async Task<bool> IsReadyAsync(HttpClient client)
{
    try
    {
        using var answer = await client.GetAsync(new Uri("health/ready", UriKind.Relative));
        return answer.IsSuccessStatusCode;
    }
    catch (HttpRequestException)
    {
        return false;
    }
}
