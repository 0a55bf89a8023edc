*** Settings ***
Documentation       ``bugcapture stale`` against forges on this machine; bug 7 is captured, bug 8 is guarded.
Resource            commands.resource
Library             tracker.py
Test Setup          Make A Project
Test Teardown       Remove The Project And The Forge


*** Test Cases ***
Tags And Issues That Agree
    Use A Forge    github
    Open Issue    7    The cart forgets an item
    Close Issue    8    fixed    bug
    ${result} =    Bugcapture    0    stale
    Should Be Empty    ${result.stdout}
    Should Be Equal    ${result.stderr}
    ...    bugcapture: 2 bugs compared with octo/shop at 127.0.0.1 (2 requests): 0 errors, 0 warnings

The Life Of An Issue At Every Forge
    FOR    ${kind}    IN    github    gitlab    forgejo
        Use A Forge    ${kind}
        Open Issue    7    The cart forgets an item
        Close Issue    8    fixed    bug
        Bugcapture    0    stale
        Close Issue    7    duplicate
        Close Issue    9    fixed    bug
        ${result} =    Bugcapture    1    stale    --format\=json    --quiet
        ${document} =    Read JSON    ${result.stdout}    bugcapture.stale/1
        Should Be Equal    ${document}[tracker][kind]    ${kind}
        ${found} =    Evaluate    [(item['rule'], item['path'], item['line'], item['id']) for item in $document['findings']]
        ${expected} =    Evaluate    [('S1', 'features/cart.feature', 4, 7), ('S2', 'pyproject.toml', 0, 9)]
        Should Be Equal    ${found}    ${expected}
    END

A Forge That Is Down Fails The Check Or Is Only Told
    Use A Forge    gitlab
    Break Forge    503
    ${result} =    Bugcapture    1    stale    --format\=github
    Should Start With    ${result.stdout}    ::error file=pyproject.toml,title=bugcapture S0::nothing was compared
    ${result} =    Bugcapture    0    stale    --format\=github    --policy\=warn
    Should Start With    ${result.stdout}    ::warning file=pyproject.toml,title=bugcapture S0::nothing was compared

Offline Nothing Is Sent
    Use A Forge    forgejo
    Close Issue    7    not_planned
    Close Issue    8    fixed
    ${online} =    Bugcapture    1    stale
    ${sent} =    Count Requests
    ${offline} =    Bugcapture    1    stale    --offline
    Should Be Equal    ${offline.stdout}    ${online.stdout}
    ${now} =    Count Requests
    Should Be Equal    ${now}    ${sent}

A Summary For A CI Job
    Use A Forge    github
    Close Issue    7    fixed
    Close Issue    8    fixed
    Bugcapture    1    stale    --format\=markdown    --output\=summary.md
    ${text} =    Get File    ${PROJECT}/summary.md
    Should Start With    ${text}    \#\#\# bugcapture stale: 1 error, 0 warnings
    Should Contain    ${text}    | **S1** | [\#7](https://github.com/octo/shop/issues/7) | `features/cart.feature:4` |


*** Keywords ***
Use A Forge
    [Documentation]    The issues of the project are there from now on.
    [Arguments]    ${kind}
    ${environment} =    Start Forge    ${kind}    ${PROJECT}    ${ENVIRONMENT}
    VAR    &{ENVIRONMENT}    &{environment}    scope=TEST

Remove The Project And The Forge
    Stop Forges
    Remove The Project
    Remove Directory    ${PROJECT}-cache    recursive=True
