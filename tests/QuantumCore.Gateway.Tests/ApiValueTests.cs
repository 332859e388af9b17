using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using QuantumCore.Client;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Gateway.Tests.Description;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>Types of the API against the recorded answers of the exchange.</summary>
public sealed class ApiValueTests
{
    // The exchange writes orders and books by hand; their members may come in another sequence.
    private static readonly Type[] s_byHand =
    [
        typeof(Order), typeof(OrderList), typeof(OrderPage), typeof(BatchResults), typeof(OrderListReport),
        typeof(StrategyReport), typeof(SignalReceipt),
        typeof(SymbolState),
    ];

    private static readonly JsonSerializerOptions s_plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonNode s_document = ReadDocument();

    public static TheoryData<string> Calls => [.. ApiExamples.Responses];

    [Theory]
    [MemberData(nameof(Calls))]
    public void A_recorded_answer_is_written_again_with_the_same_bytes(string call)
    {
        var recorded = ApiExamples.Of(call, "response")!;
        var type = TypeOf(call, isFirst: recorded["secret"] is not null);
        var value = recorded.Deserialize(ApiJson.Options.GetTypeInfo(type));
        var written = JsonSerializer.SerializeToNode(value, ApiJson.Options.GetTypeInfo(type))!;
        if (s_byHand.Contains(type))
            Assert.True(JsonNode.DeepEquals(recorded, written), written.ToJsonString(s_plain));
        else
            Assert.Equal(recorded.ToJsonString(s_plain), written.ToJsonString(s_plain));
    }

    [Theory]
    [InlineData(0, 2, "0.00")]
    [InlineData(15025, 2, "150.25")]
    [InlineData(-1, 8, "-0.00000001")]
    [InlineData(long.MaxValue, 18, "9.223372036854775807")]
    [InlineData(7, 0, "7")]
    public void A_scaled_integer_keeps_all_its_decimals(long units, int decimals, string text)
    {
        Assert.Equal(text, ApiValues.Decimal(units, decimals).ToString());
        Assert.Equal(text, Instruments.DecimalText.Format(units, decimals));
    }

    [Fact]
    public void An_amount_beyond_a_decimal_loses_its_last_decimals()
    {
        var largest = ((Int128)1 << 96) - 1;
        Assert.Equal("79228162514264337593543950335", ApiValues.Decimal(largest, 0).ToString());
        Assert.Equal("-792281625142643375935439503.35", ApiValues.Decimal(-largest, 2).ToString());
        Assert.Equal("792281625142643375935439503.3", ApiValues.Decimal(largest + 1, 2).ToString());
        Assert.Equal(decimal.MinValue, ApiValues.Decimal(-largest - 1, 0));
    }

    /// <summary>
    /// Returns the type that the API document names as the answer of a call, the first or the second of two.
    /// </summary>
    private static Type TypeOf(string call, bool isFirst)
    {
        var (method, path) = (call.Split(' ')[0].ToLowerInvariant(), $"/api/qc/v1/{call.Split(' ')[1]}");
        var schema =
            s_document["paths"]![path]![method]!["responses"]!["200"]!["content"]!["application/json"]!["schema"]!;
        var reference = (string)(schema["oneOf"]?[isFirst ? 0 : 1] ?? schema)["$ref"]!;
        return typeof(Order).Assembly.GetType($"{typeof(Order).Namespace}.{reference.Split('/')[^1]}", true)!;
    }

    private static JsonNode ReadDocument()
    {
        using var document = typeof(WireWriter).Assembly.GetManifestResourceStream("openapi.json")!;
        return JsonNode.Parse(document)!;
    }
}
