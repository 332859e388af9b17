using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using QuantumCore.Client;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Native.Endpoints;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Gateway.Orders;

namespace QuantumCore.Gateway.Tests.Description;

/// <summary>
/// Describes the native API as an OpenAPI document, from its routes and the messages of its requests and responses.
/// </summary>
internal static class ApiDescription
{
    /// <summary>Operators' calls that take effect in memory while the journal does not commit.</summary>
    private static readonly string[] s_atOnce = ["phase", "block", "freeze"];

    private const string Name = "v1";
    private const string Base = "api/qc/v1/";
    private const string Problem = "problem";
    private const string KeyScheme = "key";
    private const string SessionScheme = "session";
    private const string BearerScheme = "bearer";

    private static readonly OpenApiSpecVersion s_version = OpenApiSpecVersion.OpenApi3_1;

    /// <summary>Adds the services that describe the routes.</summary>
    public static void AddTo(IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(
            json => json.SerializerOptions.TypeInfoResolverChain.Insert(
                0, JsonTypeInfoResolver.Combine(WireJson.Default, ApiJson.Strict.TypeInfoResolver)));
        var summaries = Summaries.OfAssemblies(
            typeof(Described).Assembly, typeof(OrderText).Assembly, typeof(ApiJson).Assembly);
        services.AddOpenApi(Name, options =>
        {
            options.OpenApiVersion = s_version;
            options.ShouldInclude = call => call.RelativePath?.StartsWith(Base, StringComparison.Ordinal) == true;
            options.CreateSchemaReferenceId = type =>
                OpenApiOptions.CreateDefaultSchemaReferenceId(type)?.Replace("Text", "Body", StringComparison.Ordinal);
            options.AddDocumentTransformer((document, _, _) => Complete(document));
            options.AddOperationTransformer(
                (operation, at, cancellationToken) => Complete(operation, at, summaries, cancellationToken));
            options.AddSchemaTransformer((schema, at, _) =>
            {
                schema.Description ??= summaries.Of(at.JsonPropertyInfo, at.JsonTypeInfo.Type);
                return Task.CompletedTask;
            });
        });
    }

    /// <summary>Returns the document of a gateway that <see cref="AddTo"/> was called for.</summary>
    public static async Task<string> MakeAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var document = await services.GetRequiredKeyedService<IOpenApiDocumentProvider>(Name)
            .GetOpenApiDocumentAsync(cancellationToken);
        return await document.SerializeAsJsonAsync(s_version, cancellationToken);
    }

    private static Task Complete(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "QuantumCore",
            Version = Name,
            Description = "The native API of a virtual exchange; docs/protocol.md explains it. "
                + "Prices, quantities and amounts are decimal strings, times ISO 8601 in UTC. "
                + "A call can also get `BadRequest`, `Unauthorized`, `Forbidden`, `TooManyRequests`, `Overloaded` "
                + "(nothing was done) and `OutcomeUnknown` (send it again with the same client order id or key); "
                + "the code is in the member `code` of the problem.",
        };
        document.Tags = ApiGroups.All.Select(static name => new OpenApiTag { Name = name }).ToHashSet();
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            [KeyScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = "X-Api-Key",
            },
            [BearerScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" },
            [SessionScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Cookie,
                Name = SessionTicket.Name,
            },
        };
        var text = new OpenApiSchema { Type = JsonSchemaType.String };
        var optional = new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null };
        document.AddComponent<IOpenApiSchema>(Problem, new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Required = new HashSet<string>(
                ["title", "status", "code", "field", "limit", "trace"], StringComparer.Ordinal),
            Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
            {
                ["title"] = text,
                ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
                ["detail"] = text,
                ["code"] = text,
                ["field"] = optional,
                ["limit"] = optional,
                ["trace"] = text,
            },
        });
        return Task.CompletedTask;
    }

    private static async Task Complete(
        OpenApiOperation operation, OpenApiOperationTransformerContext at, Summaries summaries,
        CancellationToken cancellationToken)
    {
        var described = at.Description.ActionDescriptor.EndpointMetadata.OfType<Described>().Single();
        var path = at.Description.RelativePath!;
        var call = $"{at.Description.HttpMethod} {path[Base.Length..]}";
        operation.OperationId =
            $"{at.Description.HttpMethod!.ToLowerInvariant()}-{path[Base.Length..].Replace('/', '-').Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal)}";
        var method = at.Description.ActionDescriptor.EndpointMetadata.OfType<MethodInfo>().Last();
        (operation.Summary, operation.Description) =
            Texts(summaries.Of(method), $"{at.Description.HttpMethod} /{path[Base.Length..]}: ");
        operation.Tags = new HashSet<OpenApiTagReference> { new(ApiGroups.Of(path[Base.Length..]), at.Document) };
        operation.Parameters =
        [
            .. path.Split('/').Where(part => part.StartsWith('{'))
                .Select(part => Parameter(part.Trim('{', '}'), ParameterLocation.Path)),
            .. described.Query.Select(name => Parameter(name, ParameterLocation.Query)),
        ];
        if (described.Body is { } body)
        {
            var name = body.Name.Replace("Text", "Body", StringComparison.Ordinal);
            at.Document!.AddComponent<IOpenApiSchema>(
                name, await at.GetOrCreateSchemaAsync(body, null, cancellationToken));
            operation.RequestBody = new OpenApiRequestBody
            {
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    ["application/json"] = new OpenApiMediaType
                    {
                        Schema = new OpenApiSchemaReference(name, at.Document),
                        Example = ApiExamples.Of(call, "request"),
                    },
                },
            };
        }

        var done = new OpenApiResponse { Description = "Done, and durable." };
        if (described.Answer is { } answer)
        {
            done.Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
            {
                ["application/json"] = new OpenApiMediaType
                {
                    Schema = ApiAnswers.SchemaOf(answer, at.Document!),
                    Example = ApiExamples.Of(call, "response"),
                },
            };
        }

        operation.Responses = new OpenApiResponses
        {
            ["200"] = done,
            ["default"] = new OpenApiResponse
            {
                Description = "Refused.",
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    ["application/problem+json"] = new OpenApiMediaType
                    {
                        Schema = new OpenApiSchemaReference(Problem),
                    },
                },
            },
        };
        if (s_atOnce.Contains(path[(path.LastIndexOf('/') + 1)..]))
            operation.Responses.Add(
                "202",
                new OpenApiResponse
                {
                    Description = "Halted in memory; on record when the journal commits again.",
                    Content = done.Content,
                });
        operation.Security = [.. Needed(described.Access).Select(scheme => Needed(scheme, at.Document))];
    }

    /// <summary>
    /// Returns the summary and the description of a call. The summary of its method begins with the route, so that the
    /// method can be found by it.
    /// </summary>
    private static (string Summary, string Description) Texts((string Summary, string Remarks) of, string route)
    {
        if (!of.Summary.StartsWith(route, StringComparison.Ordinal) || of.Remarks.Length == 0)
        {
            throw new InvalidDataException(
                $"The method of a call has a summary that begins with '{route}', and remarks.");
        }

        var summary = of.Summary[route.Length..].TrimEnd('.');
        return (char.ToUpperInvariant(summary[0]) + summary[1..], of.Remarks);
    }

    /// <summary>Returns the security schemes that a call accepts; none for an open call.</summary>
    private static ImmutableArray<string> Needed(Access access) => access switch
    {
        Access.Anyone => [],
        Access.Person => [SessionScheme, BearerScheme],
        _ => [KeyScheme, SessionScheme, BearerScheme],
    };

    private static OpenApiSecurityRequirement Needed(string scheme, OpenApiDocument? document) =>
        new() { [new OpenApiSecuritySchemeReference(scheme, document)] = [] };

    private static OpenApiParameter Parameter(string name, ParameterLocation place) => new()
    {
        Name = name,
        In = place,
        Required = place == ParameterLocation.Path,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    };
}
