*** Settings ***
Documentation       ``bugcapture check`` as people and CI servers call it.
Resource            commands.resource
Test Setup          Make A Project
Test Teardown       Remove The Project


*** Test Cases ***
A Project In Order
    ${result} =    Bugcapture    0    check
    Should Be Empty    ${result.stdout}
    Should Be Equal    ${result.stderr}
    ...    bugcapture: 1 test file, 2 tagged tests of 2 bugs: 0 errors, 0 warnings

Findings Are Exit Code One, With Their Place
    Break Project    ${PROJECT}
    ${result} =    Bugcapture    1    check
    Should Be Equal    ${result.stdout}    features/broken.feature:3: T1 @tdd_bug_5 needs @tdd_bug
    Should End With    ${result.stderr}    1 error, 0 warnings

JSON
    Break Project    ${PROJECT}
    ${result} =    Bugcapture    1    check    --format\=json
    ${document} =    Read JSON    ${result.stdout}    bugcapture.check/1
    Length Should Be    ${document}[findings]    1
    VAR    &{finding}    &{document}[findings][0]
    Should Be Equal    ${finding.path}    features/broken.feature
    Should Be Equal    ${finding.line}    ${3}
    Should Be Equal    ${finding.rule}    T1
    Should Be Equal    ${finding.severity}    error

SARIF Into A File
    Break Project    ${PROJECT}
    ${result} =    Bugcapture    1    check    --format\=sarif    --output\=findings.sarif
    Should Be Empty    ${result.stdout}
    ${text} =    Get File    ${PROJECT}/findings.sarif
    ${log} =    Evaluate    json.loads($text)    modules=json
    Should Be Equal    ${log}[version]    2.1.0
    VAR    ${found}    ${log}[runs][0][results][0]
    Should Be Equal    ${found}[ruleId]    T1
    VAR    ${place}    ${found}[locations][0][physicalLocation]
    Should Be Equal    ${place}[artifactLocation][uri]    features/broken.feature
    Should Be Equal    ${place}[region][startLine]    ${3}

Annotations For GitHub
    Break Project    ${PROJECT}
    ${result} =    Bugcapture    1    check    --format\=github    --quiet
    Should Be Equal    ${result.stdout}
    ...    ::error file=features/broken.feature,title=bugcapture T1,line=3::@tdd_bug_5 needs @tdd_bug
    Should Be Empty    ${result.stderr}

Usage And Configuration Errors Are Exit Code Two
    ${result} =    Bugcapture    2    check    nowhere
    Should Contain    ${result.stderr}    no such file or folder: nowhere
    ${result} =    Bugcapture    2    check    --format\=xml
    Should Contain    ${result.stderr}    bugcapture check --help
    ${result} =    Bugcapture    2    check    --output\=nowhere/findings.json
    Should Contain    ${result.stderr}    nowhere/findings.json: cannot be written
    ${result} =    Bugcapture    2    chekc
    Should Be Empty    ${result.stdout}
    Create File    ${PROJECT}/pyproject.toml    [tool.bugcapture]\nrequired \= ["bug"]\n
    ${result} =    Bugcapture    2    check
    Should Contain    ${result.stderr}    pyproject.toml:2: [tool.bugcapture] has an unknown key: required

Colour Only Where It Is Wanted
    Break Project    ${PROJECT}
    ${piped} =    Bugcapture    1    check
    Should Have No Colour    ${piped.stdout}
    Set Variable For Commands    FORCE_COLOR    1
    ${forced} =    Bugcapture    1    check
    Should Have Colour    ${forced.stdout}
    Should Have No Colour    ${forced.stderr}
    ${plain} =    Bugcapture    1    check    --no-color
    Should Have No Colour    ${plain.stdout}
    ${json} =    Bugcapture    1    check    --format\=json
    Should Have No Colour    ${json.stdout}
    Set Variable For Commands    NO_COLOR    1
    ${both} =    Bugcapture    1    check
    Should Be Equal    ${both.stdout}    ${piped.stdout}

The Canary Sings When The Environment File Is Gone
    Remove File    ${PROJECT}/features/environment.py
    ${result} =    Bugcapture    1    check
    Should Start With    ${result.stdout}    features/cart.feature:5: W1 2 tagged tests (#7, #8)
    Bugcapture    0    check    --no-wiring

A Reader That Went Away Does Not Turn Findings Into Success
    Break Project    ${PROJECT}
    VAR    ${script}    { sleep 0.3; bugcapture check --quiet; echo "code $?" >&2; } | true
    ${result} =    Run In Project    0    sh    -c    ${script}
    Should Be Equal    ${result.stderr}    code 1

The Module Is The Same Command
    Break Project    ${PROJECT}
    ${script} =    Bugcapture    1    check
    ${module} =    Run In Project    1    python    -m    bugcapture    check
    Should Be Equal    ${module.stdout}    ${script.stdout}
